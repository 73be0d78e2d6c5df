#include "core/training/training_loop.h"

#include <csignal>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/full.h"
#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/record/record_framing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/tf_event.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::ElementsAre;

// Its only weight is the number of steps taken.
class Counter : public Learner {
 public:
  int64_t step() const override { return step_; }
  LearnerState State() const override {
    return {.step = step_,
            .parameters = {{"w", at::full({1}, static_cast<double>(step_))}},
            .exp_avg = {},
            .exp_avg_sq = {}};
  }
  absl::Status Restore(const LearnerState& state) override {
    step_ = state.step;
    EXPECT_EQ(state.parameters.at("w").item<double>(), step_);
    return absl::OkStatus();
  }
  absl::Status CheckFinite() const override {
    return step_ == infinite_at ? DivergedError("infinite") : absl::OkStatus();
  }
  void Step() { ++step_; }

  int64_t infinite_at = -1;

 private:
  int64_t step_ = 0;
};

class TrainingLoop : public testing::Test {
 protected:
  TrainingLoop() : dir_(TestDirectory()) {
    options_ = {.name = "test",
                .fingerprint = "f",
                .state_dir = Path("state"),
                .metrics_path = Path("metrics.jsonl"),
                .evaluation_path = Path("evaluations.jsonl"),
                .total_steps = 10,
                .images_per_step = 4,
                .metrics_every_steps = 2,
                .evaluate_every_steps = 4,
                .save_every_steps = 3,
                .progress = ProgressMode::kNone};
  }
  void TearDown() override { SetPreemptionSignalForTest(0); }

  std::string Path(const std::string& name) const {
    return JoinPath(dir_, name);
  }

  // A process of its own: learner and numbers start anew. It is told to stop
  // in step `stop_in` and to save in step `save_in`, and dies in evaluation
  // `die_in`.
  absl::Status Run(int64_t stop_in = 0, int64_t die_in = 0,
                   int64_t infinite_at = -1, int64_t save_in = 0) {
    Counter learner;
    learner.infinite_at = infinite_at;
    numbers_.clear();
    steps_.clear();
    TrainingHooks hooks;
    hooks.step = [&]() -> absl::StatusOr<StepReport> {
      if (learner.step() + 1 == stop_in) {
        SetPreemptionSignalForTest(SIGTERM);
        return CheckNotPreempted();
      }
      if (learner.step() + 1 == save_in) RequestSave();
      learner.Step();
      steps_.push_back(learner.step());
      numbers_["sum"] += static_cast<double>(learner.step());
      return StepReport{.loss = static_cast<double>(learner.step()),
                        .metrics = {{"twice", 2 * learner.step()}},
                        .detail = "",
                        .pictures = {}};
    };
    hooks.evaluate = [&]() -> absl::StatusOr<nlohmann::ordered_json> {
      if (learner.step() == die_in) return absl::UnavailableError("died");
      return nlohmann::ordered_json({{"sum", numbers_["sum"]}});
    };
    const absl::Status status =
        RunTrainingLoop(options_, hooks, learner, numbers_);
    SetPreemptionSignalForTest(0);
    return status;
  }

  // Without what differs between runs.
  std::vector<nlohmann::ordered_json> Lines(const std::string& file) const {
    std::vector<nlohmann::ordered_json> lines;
    const absl::StatusOr<std::string> text = ReadFile(Path(file));
    EXPECT_OK(text.status());
    for (const absl::string_view line :
         absl::StrSplit(*text, '\n', absl::SkipEmpty())) {
      lines.push_back(nlohmann::ordered_json::parse(line.begin(), line.end()));
      lines.back().erase("images_per_second");
    }
    return lines;
  }

  const std::string dir_;
  TrainingLoopOptions options_;
  std::map<std::string, double> numbers_;
  std::vector<int64_t> steps_;  // that the last run took
};

using Json = nlohmann::ordered_json;

TEST_F(TrainingLoop, WritesMeanLossesEvaluationsAndStates) {
  ASSERT_OK(Run());
  EXPECT_EQ(numbers_["sum"], 55);
  const std::vector<Json> lines = Lines("metrics.jsonl");
  ASSERT_EQ(lines.size(), 5);
  EXPECT_EQ(lines[0].dump(), R"({"step":2,"loss":1.5,"twice":4})");
  EXPECT_EQ(lines[4].dump(), R"({"step":10,"loss":9.5,"twice":20})");
  // After steps 4 and 8, and the last.
  const std::vector<Json> evaluations = Lines("evaluations.jsonl");
  ASSERT_EQ(evaluations.size(), 3);
  EXPECT_EQ(evaluations[0].dump(), R"({"step":4,"sum":10.0})");
  EXPECT_EQ(evaluations[2].dump(), R"({"step":10,"sum":55.0})");
  EXPECT_THAT(ListDirectory(Path("state")),
              IsOkAndHolds(ElementsAre("step-0000000009", "step-0000000010")));
}

TEST_F(TrainingLoop, SavesItsStateWhenToldToStopAndGoesOn) {
  ASSERT_OK(Run());
  const std::vector<Json> metrics = Lines("metrics.jsonl");
  const std::vector<Json> evaluations = Lines("evaluations.jsonl");
  ASSERT_OK(RemoveTree(dir_));
  ASSERT_OK(MakeDirectories(dir_));
  // Step 7 is not taken, the state of step 6 saved.
  EXPECT_THAT(Run(/*stop_in=*/7), StatusIs(absl::StatusCode::kCancelled));
  ASSERT_OK(Run());
  EXPECT_THAT(steps_, ElementsAre(7, 8, 9, 10));
  EXPECT_EQ(numbers_["sum"], 55);
  EXPECT_EQ(Lines("metrics.jsonl"), metrics);
  EXPECT_EQ(Lines("evaluations.jsonl"), evaluations);
}

TEST_F(TrainingLoop, EvaluatesOnResumeWhatWasNotYetEvaluated) {
  EXPECT_THAT(Run(0, /*die_in=*/8), StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_EQ(Lines("evaluations.jsonl").size(), 1);
  ASSERT_OK(Run());
  EXPECT_THAT(steps_, ElementsAre(9, 10));
  const std::vector<Json> evaluations = Lines("evaluations.jsonl");
  ASSERT_EQ(evaluations.size(), 3);
  EXPECT_EQ(evaluations[1].dump(), R"({"step":8,"sum":36.0})");
}

TEST_F(TrainingLoop, HasNothingToDoAtTheEnd) {
  ASSERT_OK(Run());
  const std::vector<Json> evaluations = Lines("evaluations.jsonl");
  ASSERT_OK(Run());
  EXPECT_THAT(steps_, ElementsAre());
  EXPECT_EQ(numbers_["sum"], 55);
  EXPECT_EQ(Lines("evaluations.jsonl"), evaluations);
}

// States are saved after steps 3, 4, 6, 8, 9 and 10.
TEST_F(TrainingLoop, KeepsAsManyStatesAsItIsTold) {
  ASSERT_OK(Run());
  EXPECT_THAT(ListDirectory(Path("state")),
              IsOkAndHolds(ElementsAre("step-0000000009", "step-0000000010")));
  ASSERT_OK(RemoveTree(Path("state")));
  options_.kept_states = 4;
  ASSERT_OK(Run());
  EXPECT_THAT(ListDirectory(Path("state")),
              IsOkAndHolds(ElementsAre("step-0000000006", "step-0000000008",
                                       "step-0000000009", "step-0000000010")));
}

TEST_F(TrainingLoop, KeepsNoDamagedStateInPlaceOfAWholeOne) {
  EXPECT_THAT(Run(/*stop_in=*/8), StatusIs(absl::StatusCode::kCancelled));
  ASSERT_OK(WriteFileUnsynced(Path("state/step-0000000007/state.json"), "{"));
  EXPECT_THAT(Run(0, /*die_in=*/8), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(steps_, ElementsAre(7, 8));
  EXPECT_THAT(ListDirectory(Path("state")),
              IsOkAndHolds(ElementsAre("step-0000000006", "step-0000000008")));
}

TEST_F(TrainingLoop, SavesWhenAskedToAndGoesOn) {
  options_.kept_states = 10;
  ASSERT_OK(Run(/*stop_in=*/0, /*die_in=*/0, /*infinite_at=*/-1,
                /*save_in=*/5));
  EXPECT_TRUE(PathExists(Path("state/step-0000000005")));
  EXPECT_EQ(numbers_["sum"], 55);
}

// TensorBoard's events say what the lines say, also of a run that went on.
TEST_F(TrainingLoop, TellsTensorBoardWhatTheLinesSay) {
  options_.events_dir = Path("events");
  EXPECT_THAT(Run(0, /*die_in=*/8), StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_OK(Run());
  for (const auto& [lines, dir] :
       {std::pair("metrics.jsonl", "events/train"),
        std::pair("evaluations.jsonl", "events/validation")}) {
    std::vector<int64_t> told, expected;
    for (const Json& line : Lines(lines)) {
      expected.push_back(line["step"].get<int64_t>());
    }
    ASSERT_OK_AND_ASSIGN(const auto files, ListDirectory(Path(dir)));
    EXPECT_EQ(files.size(), 2);
    for (const std::string& file : files) {
      ASSERT_OK_AND_ASSIGN(const std::string bytes,
                           ReadFile(Path(JoinPath(dir, file))));
      absl::string_view rest = bytes;
      while (!rest.empty()) {
        ASSERT_OK_AND_ASSIGN(const int64_t length,
                             ParseRecordHeader(rest.substr(0, 12), 1 << 20));
        tensorflow::Event event;
        ASSERT_TRUE(
            event.ParseFromString(std::string(rest.substr(12, length))));
        if (event.has_summary()) told.push_back(event.step());
        rest.remove_prefix(length + kRecordOverheadBytes);
      }
    }
    EXPECT_EQ(told, expected) << dir;
  }
}

TEST_F(TrainingLoop, NeitherSavesNorEvaluatesWhatIsNotFinite) {
  const absl::Status diverged = Run(0, 0, /*infinite_at=*/8);
  EXPECT_TRUE(IsDiverged(diverged));
  EXPECT_THAT(std::string(diverged.message()),
              testing::HasSubstr("last good state is " +
                                 Path("state/step-0000000006")));
  EXPECT_EQ(Lines("evaluations.jsonl").size(), 1);
  EXPECT_FALSE(PathExists(Path("state/step-0000000008")));
  // The last step, after which no other loss would show it.
  EXPECT_TRUE(IsDiverged(Run(0, 0, /*infinite_at=*/10)));
  EXPECT_FALSE(PathExists(Path("state/step-0000000010")));
}

}  // namespace
}  // namespace maskfill
