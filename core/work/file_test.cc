#include "core/work/file.h"

#include <string>

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

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    run_.output = dir_ + "/out/report.json";
    work_.tool = "test_tool";
    work_.AddOption("precision", "fp32");
  }
  absl::StatusOr<WorkResult> Make(const std::string& bytes = "report") {
    made_ = false;
    return MakeFile(run_, work_, [&](AtomicFile& file, v1::Manifest* result) {
      made_ = true;
      AddCounter("top1", 50, result);
      return file.Append(bytes);
    });
  }

  std::string dir_;
  RunOptions run_;
  Work work_;
  bool made_ = false;
};

TEST_F(FileTest, IsMadeOnce) {
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Make());
  EXPECT_TRUE(result.complete);
  EXPECT_FALSE(result.already_done);
  EXPECT_THAT(ReadFile(run_.output), IsOkAndHolds(std::string("report")));
  EXPECT_THAT(ListDirectory(dir_ + "/out"),
              IsOkAndHolds(ElementsAre(".report.json.work", "report.json")));
  ASSERT_OK_AND_ASSIGN(const WorkResult again, Make());
  EXPECT_TRUE(again.already_done);
  EXPECT_FALSE(made_);
  EXPECT_EQ(CounterOf(again.manifest, "top1"), 50);
}

TEST_F(FileTest, OfOtherWorkIsReplacedOnlyWhenTold) {
  ASSERT_OK(Make());
  work_.options[0].set_value("bf16");
  EXPECT_THAT(Make("other"),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       HasSubstr("option precision is \"bf16\" in this run")));
  EXPECT_FALSE(made_);
  run_.overwrite = true;
  ASSERT_OK(Make("other"));
  EXPECT_THAT(ReadFile(run_.output), IsOkAndHolds(std::string("other")));
}

TEST_F(FileTest, OfAPersonIsNeverTouched) {
  ASSERT_OK(MakeDirectories(dir_ + "/out"));
  ASSERT_OK(WriteFileAtomically(run_.output, "mine"));
  run_.overwrite = true;
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("it is left as it is")));
  EXPECT_THAT(ReadFile(run_.output), IsOkAndHolds(std::string("mine")));
}

TEST_F(FileTest, ThatWasChangedSinceIsNeverTouched) {
  ASSERT_OK(Make());
  ASSERT_OK(WriteFileAtomically(run_.output, "with my remarks"));
  run_.overwrite = true;
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("was changed since test_tool")));
}

TEST_F(FileTest, OfAnotherToolIsNeverTouched) {
  ASSERT_OK(Make());
  work_.tool = "other_tool";
  run_.overwrite = true;
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("was made by test_tool")));
}

TEST_F(FileTest, ThatIsGoneIsMadeAgain) {
  ASSERT_OK(Make());
  ASSERT_OK(RemoveFile(run_.output));
  ASSERT_OK(Make());
  EXPECT_TRUE(made_);
}

// What a run that was killed between the entry and the file leaves.
TEST_F(FileTest, GoesOnAfterItsEntry) {
  ASSERT_OK(Make());
  ASSERT_OK_AND_ASSIGN(v1::Manifest entry,
                       ReadEntry(dir_ + "/out/.report.json.work"));
  entry.clear_shards();
  ASSERT_OK(WriteFileAtomically(dir_ + "/out/.report.json.work",
                                ManifestToJson(entry)));
  ASSERT_OK(Make());
  EXPECT_TRUE(made_);
}

TEST_F(FileTest, HasOneWriterAtATime) {
  absl::Status meanwhile;
  ASSERT_OK(MakeFile(run_, work_, [&](AtomicFile& file, v1::Manifest*) {
              meanwhile = Make().status();
              return file.Append("x");
            }).status());
  EXPECT_THAT(meanwhile, StatusIs(absl::StatusCode::kAborted,
                                  HasSubstr("another process is making")));
}

TEST_F(FileTest, CannotBeADirectory) {
  run_.output = dir_;
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument));
  run_.output = dir_ + "/new/";
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_FALSE(PathExists(dir_ + "/new"));
}

TEST_F(FileTest, LeavesNothingWhenItCannotBeMade) {
  EXPECT_THAT(MakeFile(run_, work_,
                       [](AtomicFile&, v1::Manifest*) {
                         return absl::DataLossError("damaged");
                       }),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(ListDirectory(dir_ + "/out"), IsOkAndHolds(ElementsAre()));
}

}  // namespace
}  // namespace maskfill
