#include "core/training/training_state.h"

#include <string>

#include "ATen/ops/arange.h"
#include "ATen/ops/equal.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using absl::StrCat;
using testing::AllOf;
using testing::HasSubstr;

TrainingState StateOfStep(int64_t step) {
  TrainingState state;
  state.learner.step = step;
  state.learner.parameters["a"] = at::arange(step, at::kFloat);
  state.learner.exp_avg["a"] = at::arange(step, at::kFloat).mul(2);
  state.learner.exp_avg_sq["a"] = at::arange(step, at::kFloat).mul(3);
  state.fingerprint = "f";
  state.numbers = {{"best_accuracy", 0.1 + 0.2},  // needs all digits
                   {"last_evaluated_step", 4}};
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
  EXPECT_EQ(found->learner.step, 100);
  EXPECT_EQ(found->numbers, expected.numbers);
  EXPECT_TRUE(at::equal(found->learner.parameters.at("a"),
                        expected.learner.parameters.at("a")));
  EXPECT_TRUE(at::equal(found->learner.exp_avg.at("a"),
                        expected.learner.exp_avg.at("a")));
  EXPECT_TRUE(at::equal(found->learner.exp_avg_sq.at("a"),
                        expected.learner.exp_avg_sq.at("a")));
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
  EXPECT_EQ(found->learner.step, 9);
  EXPECT_FALSE(PathExists(JoinPath(dir, "step-0000000010")));
}

TEST(TrainingState, TakesACutStateForDamaged) {
  const std::string dir = TestDirectory();
  for (const char* file :
       {"state.json", "model.safetensors", "optimizer.safetensors"}) {
    for (const bool is_missing : {false, true}) {
      ASSERT_OK(SaveTrainingState(dir, StateOfStep(9), 2));
      const std::string path = JoinPath(dir, StrCat("step-0000000009/", file));
      ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
      ASSERT_OK(is_missing ? RemoveFile(path)
                           : WriteFileAtomically(
                                 path, bytes.substr(0, bytes.size() / 2)));
      ASSERT_OK_AND_ASSIGN(const auto found, LoadNewestTrainingState(dir, "f"));
      EXPECT_FALSE(found.has_value());
      EXPECT_FALSE(PathExists(JoinPath(dir, "step-0000000009")));
    }
  }
}

TEST(TrainingState, LeavesAloneWhatCannotBeRead) {
  // A directory where a file belongs: reading it fails, whoever tries.
  for (const char* file :
       {"state.json", "model.safetensors", "optimizer.safetensors"}) {
    const std::string dir = JoinPath(TestDirectory(), file);
    ASSERT_OK(SaveTrainingState(dir, StateOfStep(9), 2));
    ASSERT_OK(SaveTrainingState(dir, StateOfStep(10), 2));
    const std::string path = JoinPath(dir, StrCat("step-0000000010/", file));
    ASSERT_OK(RemoveFile(path));
    ASSERT_OK(MakeDirectories(path));
    const auto found = LoadNewestTrainingState(dir, "f");
    EXPECT_FALSE(found.ok());
    EXPECT_THAT(std::string(found.status().message()),
                HasSubstr("step-0000000010"));
    EXPECT_TRUE(PathExists(path));
  }
}

TEST(TrainingState, LeavesTheStateOfANewerVersionAlone) {
  const std::string dir = TestDirectory();
  ASSERT_OK(SaveTrainingState(dir, StateOfStep(9), 2));
  const std::string path = JoinPath(dir, "step-0000000009/state.json");
  ASSERT_OK(WriteFileAtomically(path, R"({"schema_version": 3})"));
  EXPECT_THAT(
      LoadNewestTrainingState(dir, "f"),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("schema_version 3"), HasSubstr("newer"))));
  EXPECT_TRUE(PathExists(path));
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
