#include "core/training/training_state.h"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "ATen/ops/arange.h"
#include "ATen/ops/equal.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/counter_rng.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
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
  state.learner.teacher["a"] = at::arange(step, at::kFloat).mul(4);
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
  EXPECT_TRUE(at::equal(found->learner.teacher.at("a"),
                        expected.learner.teacher.at("a")));
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
  // Its model is whole, and may be all that is left of a training.
  EXPECT_THAT(
      ListDirectory(TrainingStatePath(dir, 10)),
      IsOkAndHolds(testing::UnorderedElementsAreArray(TrainingStateFiles())));
  // It takes no place among those that are kept.
  ASSERT_OK(SaveTrainingState(dir, StateOfStep(11), 2, /*previous=*/9));
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(testing::ElementsAre(
                                      "step-0000000009", "step-0000000011")));
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
      for (const std::string& other : TrainingStateFiles()) {
        EXPECT_EQ(PathExists(JoinPath(TrainingStatePath(dir, 9), other)),
                  !is_missing || other != file);
      }
    }
  }
}

TEST(TrainingState, LeavesAloneWhatIsNoFile) {
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

// A symbolic link to itself: the system fails to read it, whoever tries.
void MakeUnreadable(const std::string& path) {
  ASSERT_OK(RemoveFile(path));
  std::filesystem::create_symlink(Basename(path), path);
}
bool IsThere(const std::string& path) {
  return std::filesystem::exists(std::filesystem::symlink_status(path));
}

TEST(TrainingState, TakesTheOneBeforeWhatCannotBeRead) {
  for (const std::string& file : TrainingStateFiles()) {
    const std::string dir = JoinPath(TestDirectory(), file);
    ASSERT_OK(SaveTrainingState(dir, StateOfStep(9), 2));
    ASSERT_OK(SaveTrainingState(dir, StateOfStep(10), 2));
    const std::string path = JoinPath(TrainingStatePath(dir, 10), file);
    MakeUnreadable(path);
    ASSERT_OK_AND_ASSIGN(const auto found, LoadNewestTrainingState(dir, "f"));
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->learner.step, 9);
    // It does not push out the one that is used.
    ASSERT_OK(KeepNewestTrainingStates(dir, /*step=*/9, /*keep=*/1));
    EXPECT_TRUE(IsThere(path));
    EXPECT_TRUE(PathExists(TrainingStatePath(dir, 9)));
    // With nothing else to go on from it is an error, and no new beginning.
    ASSERT_OK(RemoveTree(TrainingStatePath(dir, 9)));
    EXPECT_THAT(
        LoadNewestTrainingState(dir, "f"),
        StatusIs(absl::StatusCode::kUnavailable, HasSubstr("step-0000000010")));
    EXPECT_TRUE(IsThere(path));
  }
}

// What can happen to a file of a state.
enum class Harm { kFlip, kCut, kRemove, kReadError };

void DoHarm(const std::string& path, Harm harm, CounterRng& rng) {
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(path));
  switch (harm) {
    case Harm::kFlip:
      bytes[rng.Below(bytes.size())] ^= static_cast<char>(1 + rng.Below(255));
      break;
    case Harm::kCut:
      bytes.resize(rng.Below(bytes.size()));
      break;
    case Harm::kRemove:
      ASSERT_OK(RemoveFile(path));
      return;
    case Harm::kReadError:
      MakeUnreadable(path);
      return;
  }
  ASSERT_OK(WriteFileUnsynced(path, bytes));
}

// Random harm to the newest one or two of three states, 500 times.
TEST(TrainingState, GoesOnFromTheNewestWholeOneWhateverHappensToOthers) {
  const std::string root = TestDirectory();
  const std::string whole = JoinPath(root, "whole");
  for (const int64_t step : {8, 9, 10}) {
    ASSERT_OK(SaveTrainingState(whole, StateOfStep(step), 3));
  }
  const std::string dir = JoinPath(root, "state");
  std::filesystem::copy(whole, dir, std::filesystem::copy_options::recursive);
  std::array<int, 3> used = {0, 0, 0};
  for (uint64_t i = 0; i < 500; ++i) {
    CounterRng rng(1, "torn states", i, "");
    const int64_t newest_whole = rng.Below(2) == 0 ? 9 : 8;
    for (int64_t step = newest_whole + 1; step <= 10; ++step) {
      const std::string path = JoinPath(TrainingStatePath(dir, step),
                                        TrainingStateFiles()[rng.Below(3)]);
      const Harm harm = static_cast<Harm>(rng.Below(4));
      DoHarm(path, harm, rng);
    }
    std::vector<std::string> files;
    for (const int64_t state : {8, 9, 10}) {
      for (const std::string& file : TrainingStateFiles()) {
        files.push_back(JoinPath(TrainingStatePath(dir, state), file));
      }
    }
    std::erase_if(files,
                  [](const std::string& file) { return !IsThere(file); });
    const auto found = LoadNewestTrainingState(dir, "f");
    ASSERT_OK(found.status());
    ASSERT_TRUE(found->has_value());
    const int64_t step = (*found)->learner.step;
    // One byte of white space for another is no harm.
    EXPECT_GE(step, newest_whole) << i;
    EXPECT_EQ((*found)->numbers, StateOfStep(step).numbers) << i;
    EXPECT_TRUE(at::equal((*found)->learner.exp_avg.at("a"),
                          StateOfStep(step).learner.exp_avg.at("a")))
        << i;
    used[step - 8] += 1;
    for (const std::string& file : files) EXPECT_TRUE(IsThere(file)) << i;
    for (int64_t harmed = newest_whole + 1; harmed <= 10; ++harmed) {
      ASSERT_OK(RemoveTree(TrainingStatePath(dir, harmed)));
      std::filesystem::copy(TrainingStatePath(whole, harmed),
                            TrainingStatePath(dir, harmed));
    }
  }
  EXPECT_GT(used[0], 200);
  EXPECT_GT(used[1], 200);
  EXPECT_LT(used[2], 5);
}

TEST(TrainingState, ReadsStatesFromBeforeTheyHadADigestOfTheirOwn) {
  const std::string dir = TestDirectory();
  ASSERT_OK(SaveTrainingState(dir, StateOfStep(9), 2));
  const std::string path = JoinPath(TrainingStatePath(dir, 9), "state.json");
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(path));
  auto json = nlohmann::ordered_json::parse(text);
  ASSERT_EQ(json.erase("state_sha256"), 1);
  ASSERT_OK(WriteFileAtomically(path, json.dump()));
  ASSERT_OK_AND_ASSIGN(const auto found, LoadNewestTrainingState(dir, "f"));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->numbers, StateOfStep(9).numbers);
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

// Its digest may be taken in another way, so damage cannot be told.
TEST(TrainingState, LeavesWhatMayBeOfANewerVersionAlone) {
  const std::string dir = TestDirectory();
  ASSERT_OK(SaveTrainingState(dir, StateOfStep(9), 2));
  ASSERT_OK(SaveTrainingState(dir, StateOfStep(10), 2));
  const std::string path = JoinPath(TrainingStatePath(dir, 10), "state.json");
  ASSERT_OK(WriteFileAtomically(
      path, R"({"schema_version": 3, "state_sha256": "of all files"})"));
  ASSERT_OK_AND_ASSIGN(const auto found, LoadNewestTrainingState(dir, "f"));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->learner.step, 9);
  EXPECT_TRUE(PathExists(path));
  ASSERT_OK(RemoveTree(TrainingStatePath(dir, 9)));
  EXPECT_THAT(
      LoadNewestTrainingState(dir, "f"),
      StatusIs(absl::StatusCode::kOutOfRange,
               AllOf(HasSubstr("schema_version 3"), HasSubstr("damaged, or"))));
  EXPECT_TRUE(PathExists(path));
}

TEST(TrainingState, LeavesAloneWhatAPersonPutThere) {
  const std::string dir = TestDirectory();
  const std::vector<std::string> own = {
      JoinPath(dir, "step-0000000008.copy/state.json"),
      JoinPath(dir, "step-9/model.safetensors"),
      JoinPath(dir, "step-notes/notes.txt"),
      JoinPath(dir, "step-0000000007/notes.txt"),
      JoinPath(dir, "step-0000000012/notes.txt")};
  for (const std::string& path : own) {
    ASSERT_OK(MakeDirectories(Dirname(path)));
    ASSERT_OK(WriteFileUnsynced(path, "mine"));
  }
  for (const int64_t step : {7, 8, 9, 10}) {
    ASSERT_OK(SaveTrainingState(dir, StateOfStep(step), /*keep=*/2));
  }
  ASSERT_OK_AND_ASSIGN(const auto found, LoadNewestTrainingState(dir, "f"));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->learner.step, 10);
  for (const std::string& path : own) {
    EXPECT_THAT(ReadFile(path), IsOkAndHolds("mine"));
  }
  EXPECT_THAT(ListDirectory(TrainingStatePath(dir, 7)),
              IsOkAndHolds(testing::ElementsAre("notes.txt")));
  EXPECT_FALSE(PathExists(TrainingStatePath(dir, 8)));
  EXPECT_TRUE(PathExists(TrainingStatePath(dir, 9)));
}

TEST(TrainingState, KeepsTheNewestOnes) {
  const std::string dir = TestDirectory();
  for (const int64_t step : {8, 9, 10}) {
    ASSERT_OK(SaveTrainingState(dir, StateOfStep(step), /*keep=*/3));
  }
  ASSERT_OK(KeepNewestTrainingStates(dir, 10, 2));
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
