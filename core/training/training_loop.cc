#include "core/training/training_loop.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"
#include "core/training/json_lines_log.h"
#include "core/training/training_state.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr char kLastEvaluated[] = "last_evaluated_step";

using Json = nlohmann::ordered_json;

void AddMembers(const Json& members, Json& line) {
  for (const auto& [name, value] : members.items()) line[name] = value;
}

class Loop {
 public:
  Loop(const TrainingLoopOptions& options, const TrainingHooks& hooks,
       Learner& learner, std::map<std::string, double>& numbers)
      : options_(options),
        hooks_(hooks),
        learner_(learner),
        numbers_(numbers) {}

  absl::Status Run() {
    RETURN_IF_ERROR(Resume());
    const absl::Status status = TakeSteps();
    if (absl::IsCancelled(status)) {
      RETURN_IF_ERROR(Annotate(SaveState(), status.message()));
    }
    return status;
  }

 private:
  int64_t step() const { return learner_.step(); }
  bool IsDue(int64_t every) const { return every > 0 && step() % every == 0; }
  bool EvaluationIsDue() const {
    return step() == options_.total_steps ||
           (step() > 0 && IsDue(options_.evaluate_every_steps));
  }

  absl::Status Resume() {
    ASSIGN_OR_RETURN(
        std::optional<TrainingState> state,
        LoadNewestTrainingState(options_.state_dir, options_.fingerprint));
    if (state.has_value()) {
      RETURN_IF_ERROR(
          Annotate(learner_.Restore(state->learner), options_.state_dir));
      // What the run was killed before it could remove.
      RETURN_IF_ERROR(
          KeepNewestTrainingStates(options_.state_dir, options_.kept_states));
      numbers_ = std::move(state->numbers);
      saved_step_ = step();
      LOG(INFO) << "goes on from step " << step() << " of "
                << options_.total_steps;
    }
    ASSIGN_OR_RETURN(metrics_,
                     JsonLinesLog::Open(options_.metrics_path, step()));
    if (hooks_.evaluate != nullptr) {
      ASSIGN_OR_RETURN(
          evaluations_,
          JsonLinesLog::Open(options_.evaluation_path,
                             static_cast<int64_t>(numbers_[kLastEvaluated])));
    }
    return absl::OkStatus();
  }

  absl::Status TakeSteps() {
    // The run may have been stopped between a step and its evaluation.
    RETURN_IF_ERROR(EvaluateIfDue());
    Progress progress(options_.progress, options_.name, "images",
                      options_.total_steps * options_.images_per_step,
                      step() * options_.images_per_step);
    absl::Time start = absl::Now();
    while (step() < options_.total_steps) {
      RETURN_IF_ERROR(CheckNotPreempted());
      ASSIGN_OR_RETURN(const StepReport report, hooks_.step());
      const absl::Time now = absl::Now();
      time_ += now - std::exchange(start, now);
      progress.SetDetail(report.detail);
      progress.Add(options_.images_per_step);
      RETURN_IF_ERROR(WriteMetrics(report));
      if (IsDue(options_.save_every_steps) || EvaluationIsDue()) {
        RETURN_IF_ERROR(SaveState());
        RETURN_IF_ERROR(EvaluateIfDue());
        start = absl::Now();
      }
    }
    progress.Finish();
    // Of a run that was finished but for what follows the last step.
    return learner_.CheckFinite();
  }

  absl::Status WriteMetrics(const StepReport& report) {
    loss_sum_ += report.loss;
    ++losses_;
    if (!IsDue(options_.metrics_every_steps) &&
        step() != options_.total_steps) {
      return absl::OkStatus();
    }
    Json line;
    line["step"] = step();
    line["loss"] = loss_sum_ / static_cast<double>(losses_);
    AddMembers(report.metrics, line);
    line["images_per_second"] =
        static_cast<double>(losses_ * options_.images_per_step) /
        absl::ToDoubleSeconds(time_);
    loss_sum_ = 0;
    losses_ = 0;
    time_ = absl::ZeroDuration();
    return metrics_->Append(line);
  }

  absl::Status SaveState() {
    if (saved_step_ == step()) return absl::OkStatus();
    RETURN_IF_ERROR(learner_.CheckFinite());
    // The lines up to the state's step must be as safe as the state.
    RETURN_IF_ERROR(metrics_->Sync());
    RETURN_IF_ERROR(CatchTorch([&] {
      return SaveTrainingState(options_.state_dir,
                               {.learner = learner_.State(),
                                .fingerprint = options_.fingerprint,
                                .numbers = numbers_},
                               options_.kept_states);
    }));
    saved_step_ = step();
    return absl::OkStatus();
  }

  absl::Status EvaluateIfDue() {
    const double now = static_cast<double>(step());
    if (hooks_.evaluate == nullptr || !EvaluationIsDue() ||
        numbers_[kLastEvaluated] == now) {
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const Json found, hooks_.evaluate());
    Json line;
    line["step"] = step();
    AddMembers(found, line);
    RETURN_IF_ERROR(evaluations_->Append(line));
    // States name the last line: it must be as safe as they are.
    RETURN_IF_ERROR(evaluations_->Sync());
    numbers_[kLastEvaluated] = now;
    return absl::OkStatus();
  }

  const TrainingLoopOptions& options_;
  const TrainingHooks& hooks_;
  Learner& learner_;
  std::map<std::string, double>& numbers_;
  std::unique_ptr<JsonLinesLog> metrics_;
  std::unique_ptr<JsonLinesLog> evaluations_;
  int64_t saved_step_ = 0;
  // Since the last line of metrics.
  double loss_sum_ = 0;
  int64_t losses_ = 0;
  absl::Duration time_;
};

}  // namespace

absl::Status RunTrainingLoop(const TrainingLoopOptions& options,
                             const TrainingHooks& hooks, Learner& learner,
                             std::map<std::string, double>& numbers) {
  return Loop(options, hooks, learner, numbers).Run();
}

}  // namespace maskfill
