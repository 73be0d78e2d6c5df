#include "core/training/training_loop.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"
#include "core/training/event_file.h"
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

// What is told of a run, as lines for scripts and events for TensorBoard.
class Log {
 public:
  // Drops what is beyond step `keep_until`. `events`: a directory, or empty.
  static absl::StatusOr<std::unique_ptr<Log>> Open(const std::string& path,
                                                   const std::string& events,
                                                   int64_t keep_until) {
    auto log = std::make_unique<Log>();
    ASSIGN_OR_RETURN(log->lines_, JsonLinesLog::Open(path, keep_until));
    if (!events.empty()) {
      ASSIGN_OR_RETURN(log->events_, EventFile::Open(events, keep_until));
    }
    return log;
  }
  absl::Status Append(const Json& line) {
    RETURN_IF_ERROR(lines_->Append(line));
    return events_ == nullptr ? absl::OkStatus() : events_->Append(line);
  }
  absl::Status AppendPictures(int64_t step,
                              const std::map<std::string, Image>& pictures) {
    if (events_ == nullptr) return absl::OkStatus();
    for (const auto& [name, picture] : pictures) {
      RETURN_IF_ERROR(events_->AppendPicture(step, name, picture));
    }
    return absl::OkStatus();
  }
  absl::Status Sync() {
    RETURN_IF_ERROR(lines_->Sync());
    return events_ == nullptr ? absl::OkStatus() : events_->Sync();
  }

 private:
  std::unique_ptr<JsonLinesLog> lines_;
  std::unique_ptr<EventFile> events_;  // may be null
};

// The leading rank's state for all.
absl::Status ShareState(ProcessGroup& group, Learner& learner,
                        std::map<std::string, double>& numbers) {
  LearnerState state = learner.State();
  Json cursor = {{"step", state.step}, {"numbers", numbers}};
  ASSIGN_OR_RETURN(const std::string text, group.BroadcastText(cursor.dump()));
  // Views: all members of a LearnerState, or this does not compile.
  const auto& [step, parameters, exp_avg, exp_avg_sq, teacher] = state;
  for (const NamedTensors* tensors :
       {&parameters, &exp_avg, &exp_avg_sq, &teacher}) {
    for (const auto& [name, tensor] : *tensors) {
      RETURN_IF_ERROR(group.Broadcast(tensor));
    }
  }
  if (group.leads()) return absl::OkStatus();
  cursor = Json::parse(text);
  cursor.at("step").get_to(state.step);
  cursor.at("numbers").get_to(numbers);
  return learner.Restore(state);
}

class Loop {
 public:
  Loop(const TrainingLoopOptions& options, const TrainingHooks& hooks,
       Learner& learner, std::map<std::string, double>& numbers)
      : options_(options),
        group_(*options.group),
        hooks_(hooks),
        learner_(learner),
        numbers_(numbers) {}

  absl::Status Run() {
    absl::Status status = Resume();
    const bool resumed = status.ok();
    if (resumed) status = TakeSteps();
    // What one rank met, all end with.
    status = group_.Agree(status);
    // The model is that after the last whole step.
    if (resumed && (absl::IsCancelled(status) || group_.lost())) {
      RETURN_IF_ERROR(Annotate(SaveState(), status.message()));
    }
    const bool names_state = IsDiverged(status) && group_.leads();
    return names_state ? NameLastState(status) : status;
  }

 private:
  int64_t step() const { return learner_.step(); }
  bool IsDue(int64_t every) const { return every > 0 && step() % every == 0; }
  bool EvaluationIsDue() const {
    return step() == options_.total_steps ||
           (step() > 0 && IsDue(options_.evaluate_every_steps));
  }

  absl::Status NameLastState(const absl::Status& status) const {
    return DivergedError(absl::StrCat(
        status.message(), "; the last good state is ",
        saved_step_ == 0 ? "the start: none was saved"
                         : TrainingStatePath(options_.state_dir, saved_step_)));
  }

  absl::Status Resume() {
    RETURN_IF_ERROR(
        group_.Agree(group_.leads() ? LoadState() : absl::OkStatus()));
    if (group_.size() > 1) {
      RETURN_IF_ERROR(ShareState(group_, learner_, numbers_));
    }
    return group_.leads() ? OpenLogs() : absl::OkStatus();
  }

  absl::Status LoadState() {
    ASSIGN_OR_RETURN(
        std::optional<TrainingState> state,
        LoadNewestTrainingState(options_.state_dir, options_.fingerprint));
    if (state.has_value()) {
      RETURN_IF_ERROR(
          Annotate(learner_.Restore(state->learner), options_.state_dir));
      // What the run was killed before it could remove.
      RETURN_IF_ERROR(KeepNewestTrainingStates(options_.state_dir, step(),
                                               options_.kept_states));
      numbers_ = std::move(state->numbers);
      saved_step_ = step();
      LOG(INFO) << "goes on from step " << step() << " of "
                << options_.total_steps;
    }
    return absl::OkStatus();
  }

  absl::Status OpenLogs() {
    const auto events = [this](const char* name) {
      return options_.events_dir.empty() ? std::string()
                                         : JoinPath(options_.events_dir, name);
    };
    ASSIGN_OR_RETURN(metrics_,
                     Log::Open(options_.metrics_path, events("train"), step()));
    if (hooks_.evaluate != nullptr) {
      ASSIGN_OR_RETURN(
          evaluations_,
          Log::Open(options_.evaluation_path, events("validation"),
                    static_cast<int64_t>(numbers_[kLastEvaluated])));
    }
    return absl::OkStatus();
  }

  absl::Status TakeSteps() {
    // The run may have been stopped between a step and its evaluation.
    RETURN_IF_ERROR(EvaluateIfDue());
    Progress progress(group_.leads() ? options_.progress : ProgressMode::kNone,
                      options_.name, "images",
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
      // What another rank is asked stays there until it agrees with rank 0.
      const bool asked = group_.leads() && TakeSaveRequest();
      if (asked || IsDue(options_.save_every_steps) || EvaluationIsDue()) {
        RETURN_IF_ERROR(SaveState());
        if (asked) LOG(INFO) << "asked to, saved the state of step " << step();
        RETURN_IF_ERROR(EvaluateIfDue());
        start = absl::Now();
      }
    }
    progress.Finish();
    // Of a run that was finished but for what follows the last step.
    return learner_.CheckFinite();
  }

  absl::Status WriteMetrics(const StepReport& report) {
    if (!group_.leads()) return absl::OkStatus();
    RETURN_IF_ERROR(metrics_->AppendPictures(step(), report.pictures));
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
    if (saved_step_ == step() || !group_.leads()) return absl::OkStatus();
    RETURN_IF_ERROR(learner_.CheckFinite());
    // The lines up to the state's step must be as safe as the state.
    RETURN_IF_ERROR(metrics_->Sync());
    RETURN_IF_ERROR(CatchTorch([&] {
      return SaveTrainingState(options_.state_dir,
                               {.learner = learner_.State(),
                                .fingerprint = options_.fingerprint,
                                .numbers = numbers_},
                               options_.kept_states, saved_step_);
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
    if (group_.leads()) {
      Json line;
      line["step"] = step();
      AddMembers(found, line);
      RETURN_IF_ERROR(evaluations_->Append(line));
      // States name the last line: it must be as safe as they are.
      RETURN_IF_ERROR(evaluations_->Sync());
    }
    numbers_[kLastEvaluated] = now;
    return absl::OkStatus();
  }

  const TrainingLoopOptions& options_;
  ProcessGroup& group_;
  const TrainingHooks& hooks_;
  Learner& learner_;
  std::map<std::string, double>& numbers_;
  // Of the leading rank; null in others.
  std::unique_ptr<Log> metrics_;
  std::unique_ptr<Log> evaluations_;
  int64_t saved_step_ = 0;  // or that the run went on from
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
