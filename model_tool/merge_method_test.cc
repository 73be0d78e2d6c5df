#include "model_tool/merge_method.h"

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "ATen/ops/full.h"
#include "ATen/ops/tensor.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/model/checkpoint.h"
#include "core/model/model_config.h"
#include "core/training/training_state.h"
#include "core/work/work.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"

namespace maskfill {
namespace {

class MergeMethodTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    config_.embed_dim = 4;
    config_.vision = {.width = 8, .heads = 2, .layers = 1, .mlp_width = 16};
    config_.image_size = 4;
    config_.patch_size = 2;
    config_.num_classes = 3;
    options_.run.progress = ProgressMode::kNone;
  }
  void TearDown() override { SetPreemptionSignalForTest(0); }

  Checkpoint Make(const std::vector<float>& bias) const {
    Checkpoint checkpoint;
    checkpoint.config = config_;
    checkpoint.tensors = RandomWeights(config_, 1);
    checkpoint.tensors["classifier.bias"] = at::tensor(bias);
    return checkpoint;
  }
  void Open(const std::string& name) {
    ASSERT_OK_AND_ASSIGN(Ingredient ingredient,
                         Ingredient::Open(JoinPath(dir_, name)));
    ingredients_.push_back(std::move(ingredient));
  }
  void Add(const std::vector<float>& bias) {
    const std::string name = absl::StrCat("m", ingredients_.size());
    ASSERT_OK(WriteCheckpoint(JoinPath(dir_, name), Make(bias)));
    Open(name);
  }
  // Changes the last byte of its weights in place.
  void Damage(const std::string& name) {
    std::fstream file(JoinPath(JoinPath(dir_, name), kModelFile),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(-1, std::ios::end);
    const char last = static_cast<char>(file.get());
    file.seekp(-1, std::ios::end);
    file.put(static_cast<char>(last ^ 1));
    ASSERT_TRUE(file.good());
  }
  absl::StatusOr<Checkpoint> Merge(const char* method) {
    ASSIGN_OR_RETURN(options_.method, ParseMergeMethod(method));
    MergeInputs inputs{.options = options_, .ingredients = ingredients_};
    if (held_out_.has_value()) inputs.held_out = &*held_out_;
    return options_.method->merge(inputs, &result_);
  }
  void ExpectBias(const char* method, const std::vector<float>& expected) {
    ASSERT_OK_AND_ASSIGN(const Checkpoint merged, Merge(method));
    EXPECT_TRUE(
        merged.tensors.at("classifier.bias").allclose(at::tensor(expected)))
        << method;
    EXPECT_EQ(merged.tensors.size(), Make({0, 0, 0}).tensors.size());
  }

  std::string dir_;
  ModelConfig config_;
  MergeModelsOptions options_;
  std::vector<Ingredient> ingredients_;
  std::optional<RecordSet> held_out_;
  v1::Manifest result_;
};

// 0.81 * 1 + 0.09 * 3 + 0.1 * 5 = 1.58; 0.81 * 2 - 0.09 * 2 + 0.1 * 4 = 1.84.
TEST_F(MergeMethodTest, EmaForgetsOldStatesByDecay) {
  for (const auto& bias : {std::vector<float>{1, 2, -4}, {3, -2, 0}, {5, 4, 0}})
    Add(bias);
  options_.decay = 0.9;
  ExpectBias("ema", {1.58f, 1.84f, -3.24f});
  options_.decay = 0;
  ExpectBias("ema", {5, 4, 0});
}

// Beta(2, 2) at 1/6, 1/2 and 5/6 is as 5 : 9 : 5. (5 * 1 + 9 * 3 + 5 * 5) / 19
// = 3; (5 * 2 - 9 * 2 + 5 * 9.2) / 19 = 2; (5 * -4 + 5 * 0.2) / 19 = -1.
TEST_F(MergeMethodTest, WmaWeighsStatesByTheBetaDistribution) {
  for (const auto& bias :
       {std::vector<float>{1, 2, -4}, {3, -2, 0}, {5, 9.2f, 0.2f}})
    Add(bias);
  options_.beta_shape = 2;
  ExpectBias("wma", {3, 2, -1});
}

// The moves (2, 0, 0) and (2, 2, 0), as in model_stock_test: the ratio is
// 0.828427, the mean (2, 1, 0). Of nothing else that moved.
TEST_F(MergeMethodTest, ModelStockGoesFromTheFirstTowardsTheOthers) {
  for (const auto& bias :
       {std::vector<float>{1, 2, -4}, {3, 2, -4}, {3, 4, -4}})
    Add(bias);
  ExpectBias("model_stock", {2.656854f, 2.828427f, -4});
  EXPECT_NEAR(CounterOf(result_, "mean_ratio"), 0.828427, 1e-6);
}

// 10 images: 4 of class 0, 3 of class 1 and 3 of class 2. The biases decide:
// m1 says class 0 (40 %), m0 class 1 (30 %), m2 class 2 (30 %). m1 and m0
// together have (150, 50, 0) and say 0: kept. With m2 it is
// (-1700, 100, 50) / 3, class 1: left out.
TEST_F(MergeMethodTest, GreedySoupScoresOnTheHeldOutSet) {
  held_out_ =
      WriteTestImages(JoinPath(dir_, "val"),
                      {.num_images = 10, .num_classes = 3, .image_size = 4});
  for (const auto& bias :
       {std::vector<float>{0, 100, 0}, {300, 0, 0}, {-2000, 0, 50}})
    Add(bias);
  ExpectBias("greedy_soup", {150, 50, 0});
  EXPECT_EQ(CounterOf(result_, "soup top1"), 40);
  EXPECT_EQ(CounterOf(result_, "kept"), 2);
  EXPECT_EQ(CounterOf(result_, "checkpoint_2 tried"), 1);
  EXPECT_EQ(CounterOf(result_, "checkpoint_3 top1"), 30);
  EXPECT_EQ(CounterOf(result_, "checkpoint_3 soup_top1"), 30);
  EXPECT_EQ(CounterOf(result_, "checkpoint_3 kept"), 0);
}

// Bytes that change under an open checkpoint are DataLoss when they are read.
TEST_F(MergeMethodTest, WiseFtReadsEachEndOnceAndOnlyWhenItIsNeeded) {
  Add({1, 0, 0});
  Add({3, 0, 0});
  ASSERT_OK_AND_ASSIGN(options_.method, ParseMergeMethod("wise_ft"));
  MergeInputs inputs{.options = options_, .ingredients = ingredients_};
  const auto merge_at = [&](double alpha) {
    inputs.alpha = alpha;
    return options_.method->merge(inputs, &result_).status();
  };
  EXPECT_OK(merge_at(0));
  Damage("m0");
  EXPECT_OK(merge_at(0.25));
  Damage("m1");
  EXPECT_OK(merge_at(0.75));
  EXPECT_OK(merge_at(1));
  inputs.read.clear();
  EXPECT_THAT(merge_at(0), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(merge_at(1), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(MergeMethodTest, StatesOfARunAreAveragedAroundWhatIsNotTrained) {
  Checkpoint last = Make({9, 9, 9});
  last.tensors["logit_scale"] = at::full({}, 4.6f);
  ASSERT_OK(WriteCheckpoint(JoinPath(dir_, "run/last"), last));
  for (const int step : {1, 4}) {
    TrainingState state;
    state.learner.step = step;
    const float bias = static_cast<float>(step);
    state.learner.parameters = Make({bias, 0, -bias}).tensors;
    ASSERT_OK(SaveTrainingState(JoinPath(dir_, "run/state"), state, 9));
    Open(absl::StrCat("run/state/step-000000000", step));
  }
  ASSERT_OK_AND_ASSIGN(const Checkpoint merged, Merge("uniform_soup"));
  EXPECT_TRUE(merged.tensors.at("classifier.bias")
                  .equal(at::tensor({2.5f, 0.0f, -2.5f})));
  EXPECT_EQ(merged.tensors.at("logit_scale").item<float>(), 4.6f);
}

TEST_F(MergeMethodTest, StopsBetweenModelsWhenItIsToldTo) {
  for (int i = 0; i < 3; ++i) Add({0, 0, 0});
  SetPreemptionSignalForTest(15);
  for (const char* method : {"uniform_soup", "model_stock"}) {
    EXPECT_THAT(Merge(method), StatusIs(absl::StatusCode::kCancelled));
  }
}

TEST(ParseMergeMethod, KnowsAllAndListsThemForAnother) {
  for (const MergeMethod& method : AllMergeMethods()) {
    EXPECT_THAT(ParseMergeMethod(method.name), IsOkAndHolds(&method));
    EXPECT_THAT(ParseMergeMethod("stew"),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         testing::HasSubstr(method.name)));
  }
}

}  // namespace
}  // namespace maskfill
