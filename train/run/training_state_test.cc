#include "train/run/training_state.h"

#include "ATen/ops/arange.h"
#include "ATen/ops/equal.h"
#include "core/base/files.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

TrainingState StateOfStep(int64_t step) {
  TrainingState state;
  state.trainer.step = step;
  state.trainer.parameters["a"] = at::arange(step, at::kFloat);
  state.trainer.exp_avg["a"] = at::arange(step, at::kFloat).mul(2);
  state.trainer.exp_avg_sq["a"] = at::arange(step, at::kFloat).mul(3);
  state.fingerprint = "f";
  state.loss = 0.7;
  state.last_validated_step = 4;
  state.best_accuracy = 0.1 + 0.2;  // needs all digits
  state.best_step = 2;
  return state;
}

TEST(TrainingState, ReadsBackTheNewestStateExactly) {
  const std::string dir = TestDirectory();
  for (const int64_t step : {9, 10, 100}) {
    ASSERT_OK(SaveTrainingState(dir, StateOfStep(step), /*keep=*/2));
  }
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(testing::ElementsAre(
                                      "step-0000000010", "step-0000000100")));
  ASSERT_OK_AND_ASSIGN(const auto found, LoadNewestTrainingState(dir, "f"));
  ASSERT_TRUE(found.has_value());
  const TrainingState expected = StateOfStep(100);
  EXPECT_EQ(found->trainer.step, 100);
  EXPECT_EQ(found->best_accuracy, expected.best_accuracy);
  EXPECT_EQ(found->loss, 0.7);
  EXPECT_EQ(found->best_step, 2);
  EXPECT_EQ(found->last_validated_step, 4);
  EXPECT_TRUE(at::equal(found->trainer.parameters.at("a"),
                        expected.trainer.parameters.at("a")));
  EXPECT_TRUE(at::equal(found->trainer.exp_avg.at("a"),
                        expected.trainer.exp_avg.at("a")));
  EXPECT_TRUE(at::equal(found->trainer.exp_avg_sq.at("a"),
                        expected.trainer.exp_avg_sq.at("a")));
}

TEST(TrainingState, FallsBackToTheOneBeforeADamagedOne) {
  const std::string dir = TestDirectory();
  ASSERT_OK(SaveTrainingState(dir, StateOfStep(9), 2));
  ASSERT_OK(SaveTrainingState(dir, StateOfStep(10), 2));
  const std::string file =
      JoinPath(dir, "step-0000000010/optimizer.safetensors");
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(file));
  bytes.back() ^= 1;
  ASSERT_OK(WriteFileAtomically(file, bytes));
  ASSERT_OK_AND_ASSIGN(const auto found, LoadNewestTrainingState(dir, "f"));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->trainer.step, 9);
  EXPECT_FALSE(PathExists(JoinPath(dir, "step-0000000010")));
}

TEST(TrainingState, KeepsTheNewestOnes) {
  const std::string dir = TestDirectory();
  for (const int64_t step : {8, 9, 10}) {
    ASSERT_OK(SaveTrainingState(dir, StateOfStep(step), /*keep=*/3));
  }
  ASSERT_OK(KeepNewestTrainingStates(dir, 2));
  EXPECT_FALSE(PathExists(JoinPath(dir, "step-0000000008")));
  EXPECT_TRUE(PathExists(JoinPath(dir, "step-0000000009")));
  EXPECT_TRUE(PathExists(JoinPath(dir, "step-0000000010")));
}

TEST(TrainingState, IsNothingWhereNothingWasSaved) {
  const std::string dir = TestDirectory();
  ASSERT_OK_AND_ASSIGN(const auto empty, LoadNewestTrainingState(dir, "f"));
  EXPECT_FALSE(empty.has_value());
  ASSERT_OK_AND_ASSIGN(const auto absent,
                       LoadNewestTrainingState(JoinPath(dir, "absent"), "f"));
  EXPECT_FALSE(absent.has_value());
}

TEST(TrainingState, RefusesTheStateOfAnotherRun) {
  const std::string dir = TestDirectory();
  ASSERT_OK(SaveTrainingState(dir, StateOfStep(9), 2));
  EXPECT_THAT(LoadNewestTrainingState(dir, "g"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace maskfill
