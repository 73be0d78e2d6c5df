#include "model_tool/greedy_soup.h"

#include <cstdint>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "ATen/ops/tensor.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/model/checkpoint.h"
#include "core/work/work.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Models that differ in one number, the head's only bias; of 100 images as
// many are right as it says, but for what lies beyond 90: 90 - (bias - 90).
class GreedySoupTest : public testing::Test {
 protected:
  void Add(float bias) {
    Checkpoint checkpoint;
    checkpoint.config.embed_dim = 4;
    checkpoint.config.vision = {
        .width = 8, .heads = 2, .layers = 1, .mlp_width = 16};
    checkpoint.config.image_size = 4;
    checkpoint.config.patch_size = 2;
    checkpoint.config.num_classes = 1;
    checkpoint.tensors = RandomWeights(checkpoint.config, 1);
    checkpoint.tensors["classifier.bias"] = at::tensor({bias});
    const std::string dir =
        JoinPath(TestDirectoryOnce(), absl::StrCat("m", ingredients_.size()));
    ASSERT_OK(WriteCheckpoint(dir, checkpoint));
    ASSERT_OK_AND_ASSIGN(Ingredient ingredient, Ingredient::Open(dir));
    ingredients_.push_back(std::move(ingredient));
  }
  static float BiasOf(const Checkpoint& checkpoint) {
    return checkpoint.tensors.at("classifier.bias").item<float>();
  }
  absl::StatusOr<GreedySoup> Make() {
    scored_.clear();
    return MakeGreedySoup(ingredients_, [this](const Checkpoint& checkpoint) {
      const float bias = BiasOf(checkpoint);
      scored_.push_back(bias);
      AccuracySums sums;
      sums.images = sums.counted = 100;
      sums.top1_right = static_cast<int64_t>(bias <= 90 ? bias : 180 - bias);
      return absl::StatusOr<AccuracySums>(sums);
    });
  }
  const std::string& TestDirectoryOnce() {
    if (dir_.empty()) dir_ = TestDirectory();
    return dir_;
  }

  std::string dir_;
  std::vector<Ingredient> ingredients_;
  std::vector<float> scored_;  // the biases that were asked for, in order
};

// Alone 60, 80 and 84 (of bias 96). From the best: {96} has 84; with 80 the
// mean is 88, 88 right, kept; with 60 it is 236 / 3 = 78.67, 78 right, left
// out.
TEST_F(GreedySoupTest, KeepsWhatDoesNotLowerTheScoreFromTheBestOn) {
  for (const float bias : {60, 80, 96}) Add(bias);
  ASSERT_OK_AND_ASSIGN(const GreedySoup soup, Make());
  EXPECT_EQ(BiasOf(soup.checkpoint), 88);
  EXPECT_EQ(soup.sums.top1_right, 88);
  ASSERT_EQ(soup.trials.size(), 3);
  const size_t order[] = {2, 1, 0};
  const int64_t alone[] = {84, 80, 60}, tried[] = {84, 88, 78};
  const bool kept[] = {true, true, false};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(soup.trials[i].ingredient, order[i]);
    EXPECT_EQ(soup.trials[i].alone.top1_right, alone[i]);
    EXPECT_EQ(soup.trials[i].soup.top1_right, tried[i]);
    EXPECT_EQ(soup.trials[i].kept, kept[i]);
  }
  // The best is not scored twice.
  EXPECT_THAT(scored_, ElementsAre(60, 80, 96, 88, 236.0f / 3));
}

// A left-out model does not count in later trials: with {90}, then 50 (mean
// 70, left out), the last is tried with 90 alone.
TEST_F(GreedySoupTest, ForgetsWhatItLeftOut) {
  for (const float bias : {90, 131, 48}) Add(bias);
  ASSERT_OK_AND_ASSIGN(const GreedySoup soup, Make());
  EXPECT_EQ(BiasOf(soup.checkpoint), 90);
  EXPECT_THAT(scored_, ElementsAre(90, 131, 48, 110.5, 69));
}

TEST_F(GreedySoupTest, TriesEqualModelsInTheOrderGivenAndKeepsEqualScores) {
  for (const float bias : {70, 80, 80}) Add(bias);
  ASSERT_OK_AND_ASSIGN(const GreedySoup soup, Make());
  EXPECT_EQ(soup.trials[0].ingredient, 1);
  EXPECT_EQ(soup.trials[1].ingredient, 2);
  EXPECT_TRUE(soup.trials[1].kept);
  EXPECT_FALSE(soup.trials[2].kept);
}

TEST_F(GreedySoupTest, ReportsOrderScoresAndWhatWasKept) {
  for (const float bias : {60, 96}) Add(bias);
  ASSERT_OK_AND_ASSIGN(const GreedySoup soup, Make());
  v1::Manifest result;
  AddGreedySoupCounters(soup, &result);
  // {96} has 84; with 60 the mean is 78.
  EXPECT_EQ(CounterOf(result, "kept"), 1);
  EXPECT_EQ(CounterOf(result, "soup top1"), 84);
  EXPECT_EQ(CounterOf(result, "checkpoint_1 tried"), 2);
  EXPECT_EQ(CounterOf(result, "checkpoint_1 top1"), 60);
  EXPECT_EQ(CounterOf(result, "checkpoint_1 soup_top1"), 78);
  EXPECT_EQ(CounterOf(result, "checkpoint_1 kept"), 0);
  EXPECT_EQ(CounterOf(result, "checkpoint_2 kept"), 1);
  EXPECT_EQ(GreedySoupTable(result, {"a", "b"}),
            "tried  top-1 %   soup %  kept  checkpoint\n"
            "    1    84.00    84.00   yes  b\n"
            "    2    60.00    78.00    no  a\n");
  EXPECT_EQ(GreedySoupTable(v1::Manifest(), {"a", "b"}), "");
}

TEST_F(GreedySoupTest, StopsWhenItIsToldTo) {
  Add(60);
  SetPreemptionSignalForTest(15);
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kCancelled));
  SetPreemptionSignalForTest(0);
  EXPECT_THAT(scored_, ElementsAre());
}

TEST_F(GreedySoupTest, NamesTheModelThatCannotBeScored) {
  Add(60);
  EXPECT_THAT(
      MakeGreedySoup(ingredients_,
                     [](const Checkpoint&) -> absl::StatusOr<AccuracySums> {
                       return absl::DataLossError("a logit is not finite");
                     }),
      StatusIs(absl::StatusCode::kDataLoss,
               HasSubstr("m0: a logit is not finite")));
}

}  // namespace
}  // namespace maskfill
