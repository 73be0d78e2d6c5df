#include "eval/lineage.h"

#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "core/work/directory.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/tiny_model.h"

namespace maskfill {
namespace {

using ::testing::SizeIs;

// A checkpoint that `tool` made from `parents`; returns its fingerprint.
std::string MakeModel(
    const std::string& dir, const std::string& tool,
    const std::vector<std::pair<std::string, std::string>>& parents,
    uint64_t seed) {
  Work work{.tool = tool, .seed = seed};
  for (const auto& [path, fingerprint] : parents) {
    work.AddInput("checkpoint", path, fingerprint);
  }
  RunOptions run;
  run.output = dir;
  std::string fingerprint;
  EXPECT_OK(MakeDirectory(
      run, work, {kModelFile, kConfigFile},
      [&](const std::string& temporary, v1::Manifest*) -> absl::Status {
        Checkpoint checkpoint;
        checkpoint.config = TinyModelConfig(3);
        checkpoint.tensors = TinyModelTensors(checkpoint.config, seed);
        ASSIGN_OR_RETURN(fingerprint, WriteCheckpoint(temporary, checkpoint));
        return absl::OkStatus();
      }));
  return fingerprint;
}

class Lineage : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    start_ = MakeModel(Path("start"), "import_model", {}, 1);
    tuned_ = MakeModel(Path("tuned"), "train", {{Path("start"), start_}}, 2);
    mean_ = MakeModel(Path("mean"), "merge_models",
                      {{Path("start"), start_}, {Path("tuned"), tuned_}}, 3);
  }

  std::string Path(const std::string& name) { return JoinPath(dir_, name); }

  std::string dir_, start_, tuned_, mean_;
};

TEST_F(Lineage, NamesEveryAncestorOnce) {
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::Manifest> lineage,
                       LineageOf(Path("mean"), mean_));
  ASSERT_EQ(lineage.size(), 3);
  EXPECT_EQ(lineage[0].tool(), "merge_models");
  EXPECT_EQ(lineage[1].tool(), "import_model");
  EXPECT_EQ(lineage[2].tool(), "train");
  EXPECT_EQ(lineage[2].seed(), 2);
  EXPECT_EQ(lineage[2].shards_size(), 0);
}

TEST_F(Lineage, NamesAParentThatIsTheSameModel) {
  // A soup that kept one ingredient has its weights.
  const std::string soup =
      MakeModel(Path("soup"), "merge_models", {{Path("tuned"), tuned_}}, 2);
  ASSERT_EQ(soup, tuned_);
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::Manifest> lineage,
                       LineageOf(Path("soup"), soup));
  ASSERT_EQ(lineage.size(), 3);
  EXPECT_EQ(lineage[1].tool(), "train");
}

TEST_F(Lineage, LeavesOutWhatIsNoLongerWhatItWas) {
  ASSERT_OK(RemoveTree(Path("start")));
  MakeModel(Path("start"), "import_model", {}, 9);
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::Manifest> lineage,
                       LineageOf(Path("mean"), mean_));
  ASSERT_EQ(lineage.size(), 2);
  EXPECT_EQ(lineage[1].tool(), "train");
  ASSERT_OK(RemoveTree(Path("tuned")));
  EXPECT_THAT(LineageOf(Path("mean"), mean_), IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(LineageOf(Path("nowhere"), mean_), IsOkAndHolds(SizeIs(0)));
}

}  // namespace
}  // namespace maskfill
