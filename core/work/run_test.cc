#include "core/work/run.h"

#include <string>

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/record/manifest.h"
#include "core/work/ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RunTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory() + "/run";
    run_.output = dir_;
    work_.tool = "train";
    work_.AddOption("mode", "ft");
    files_.files = {"metrics.jsonl"};
    files_.directories = {{"state/step-*", {"state.json"}},
                          {"state", {}},
                          {"best", {"model"}},
                          {"last", {"model"}}};
    files_.results = {"best/model", "last/model"};
    files_.remade = {"last/model"};
  }
  void Write(const std::string& path, const std::string& bytes) {
    ASSERT_OK(MakeDirectories(Dirname(JoinPath(dir_, path))));
    ASSERT_OK(WriteFileAtomically(JoinPath(dir_, path), bytes));
  }
  absl::StatusOr<WorkResult> Make(const absl::Status& end = absl::OkStatus()) {
    made_ = false;
    return MakeRun(run_, work_, files_, again_,
                   [&](const std::string& dir, WorkResult*) {
                     made_ = true;
                     went_on_ = PathExists(dir + "/state/step-1/state.json");
                     Write("state/step-1/state.json", "{}");
                     Write("metrics.jsonl", "{}\n");
                     Write("best/model", "weights");
                     if (end.ok()) Write("last/model", "weights");
                     return end;
                   });
  }

  std::string dir_;
  RunOptions run_;
  Work work_;
  RunFiles files_;
  bool again_ = false;
  bool made_ = false;
  bool went_on_ = false;
};

TEST_F(RunTest, GoesOnWhereItStoppedAndIsMadeOnce) {
  EXPECT_THAT(Make(absl::CancelledError("told to stop")),
              StatusIs(absl::StatusCode::kCancelled));
  ASSERT_OK(Make());
  EXPECT_TRUE(went_on_);
  EXPECT_THAT(
      ListDirectory(dir_),
      IsOkAndHolds(ElementsAre("best", "last", "metrics.jsonl", "run.json",
                               "state", "train.manifest.json")));
  ASSERT_OK_AND_ASSIGN(const WorkResult again, Make());
  EXPECT_TRUE(again.already_done);
  EXPECT_FALSE(made_);
}

TEST_F(RunTest, BeginsAgainWhenToldAlsoAfterItsEnd) {
  ASSERT_OK(Make());
  again_ = true;
  ASSERT_OK(Make());
  EXPECT_TRUE(made_);
  EXPECT_FALSE(went_on_);
}

TEST_F(RunTest, MakesAgainWhatIsEmptiedOrMissing) {
  ASSERT_OK(Make());
  Write("last/model", "");
  ASSERT_OK(Make());
  EXPECT_TRUE(made_);
  EXPECT_TRUE(went_on_);  // its state is enough
  ASSERT_OK(RemoveTree(dir_ + "/best"));
  ASSERT_OK(Make());
  EXPECT_TRUE(made_);
  EXPECT_FALSE(went_on_);  // no state holds the best model
}

TEST_F(RunTest, OfOtherOptionsIsReplacedOnlyWhenTold) {
  ASSERT_OK(Make());
  work_.options[0].set_value("fd");
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kAlreadyExists,
                               HasSubstr("option mode")));
  EXPECT_FALSE(made_);
  run_.overwrite = true;
  ASSERT_OK(Make());
  EXPECT_FALSE(went_on_);
  // A requeued job has the same command line.
  ASSERT_OK(Make());
  EXPECT_FALSE(made_);
}

TEST_F(RunTest, LeavesWhatItDidNotWrite) {
  Write("best/x", "a person's");
  run_.overwrite = true;
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("no run.json")));
  EXPECT_THAT(ReadFile(dir_ + "/best/x"),
              IsOkAndHolds(std::string("a person's")));
  ASSERT_OK(RemoveTree(dir_));
  ASSERT_OK(Make());
  Write("best/x", "a person's");
  work_.options[0].set_value("fd");
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("best/x")));
  EXPECT_THAT(ReadFile(dir_ + "/best/x"),
              IsOkAndHolds(std::string("a person's")));
  EXPECT_TRUE(PathExists(dir_ + "/last/model"));
}

TEST_F(RunTest, LeavesWhatLiesDeepInItsDirectories) {
  files_.directories = {
      {"data", {}}, {"data/train", {}}, {"data/train/*", {"train_*.png"}}};
  // Nothing says that these are a run's.
  Write("data/train/n01440764/1.JPEG", "a photograph");
  run_.overwrite = true;
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("holds \"data\"")));
  ASSERT_OK(RemoveTree(dir_));
  // A person's among a run's.
  Write("run.json", ManifestToJson(PlanOf(work_, "train", "checkpoint")));
  Write("data/train/cat/train_1.png", "ours");
  Write("data/train/n01440764/1.JPEG", "a photograph");
  work_.options[0].set_value("fd");
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("n01440764/1.JPEG")));
  EXPECT_TRUE(PathExists(dir_ + "/data/train/cat/train_1.png"));
  ASSERT_OK(RemoveTree(dir_ + "/data/train/n01440764"));
  ASSERT_OK(Make());
  EXPECT_FALSE(PathExists(dir_ + "/data"));
}

TEST_F(RunTest, MissesWhatADirectoryHeld) {
  files_.results.push_back("state/step-1");
  files_.remade.push_back("state/step-1");
  ASSERT_OK(Make());
  ASSERT_OK(RemoveFile(dir_ + "/state/step-1/state.json"));
  ASSERT_OK(Make());
  EXPECT_TRUE(made_);
  ASSERT_OK(Make());
  EXPECT_FALSE(made_);
  ASSERT_OK(RemoveTree(dir_ + "/state/step-1"));
  ASSERT_OK(Make());
  EXPECT_TRUE(made_);
}

TEST_F(RunTest, RefusesACheckpointFolder) {
  Write("model.safetensors", "weights");
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(RunTest, HasOneWriterAtATime) {
  absl::Status meanwhile;
  ASSERT_OK(
      MakeRun(run_, work_, files_, false, [&](const std::string&, WorkResult*) {
        meanwhile = Make().status();
        Write("best/model", "x");
        Write("last/model", "x");
        return absl::OkStatus();
      }).status());
  EXPECT_THAT(meanwhile, StatusIs(absl::StatusCode::kAborted,
                                  HasSubstr("another process is making")));
}

TEST_F(RunTest, OfANewerVersionIsNotDamaged) {
  EXPECT_FALSE(Make(absl::CancelledError("told to stop")).ok());
  ASSERT_OK_AND_ASSIGN(v1::Manifest entry, ReadEntry(dir_ + "/run.json"));
  entry.set_schema_version(99);
  Write("run.json", ManifestToJson(entry));
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr("newer version")));
  EXPECT_TRUE(PathExists(dir_ + "/state/step-1/state.json"));
}

}  // namespace
}  // namespace maskfill
