// The output directory of a training run.
#ifndef MASKFILL_TRAIN_RUN_RUN_DIRECTORY_H_
#define MASKFILL_TRAIN_RUN_RUN_DIRECTORY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/manifest.pb.h"

namespace maskfill {

enum class RunProgress {
  kNotStarted,
  kStarted,   // by a run of the same fingerprint
  kFinished,  // by a run of the same fingerprint
};

// Names and order of what a run writes:
//   run.json             what was asked for (a Manifest); first
//   state/               where to go on from (training_state.h)
//   metrics.jsonl        one line per step
//   validation.jsonl     one line per epoch, with --validation
//   best/                checkpoint with the best validation accuracy
//   last/                checkpoint of the last step
//   train.manifest.json  last: the run is finished
class RunDirectory {
 public:
  // `plan`: options, seed, inputs and fingerprint of the run.
  RunDirectory(std::string dir, v1::Manifest plan);

  // What is there. InvalidArgument when it is no directory,
  // FailedPrecondition, naming both fingerprints and what differs, when it
  // holds something else.
  absl::StatusOr<RunProgress> Inspect() const;
  // Removes everything that a run writes, and nothing else.
  absl::Status Clear() const;
  // Writes run.json.
  absl::Status Begin() const;
  // Writes `finished`, the plan with its counters, as train.manifest.json.
  absl::Status Finish(v1::Manifest finished) const;
  // The finished run's manifest.
  absl::StatusOr<v1::Manifest> ReadFinished() const;

  std::string StatePath() const;
  std::string MetricsPath() const;
  std::string ValidationPath() const;
  std::string BestPath() const;
  std::string LastPath() const;

 private:
  std::string Path(absl::string_view name) const;
  absl::Status CheckSame(const v1::Manifest& there,
                         absl::string_view file) const;

  const std::string dir_;
  const v1::Manifest plan_;
};

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_RUN_RUN_DIRECTORY_H_
