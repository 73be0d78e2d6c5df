// Accuracy of one checkpoint on several image sets.
#ifndef MASKFILL_EVAL_EVAL_STAGE_H_
#define MASKFILL_EVAL_EVAL_STAGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/model/device_flags.h"
#include "core/stage/stage_options.h"
#include "proto/eval_report.pb.h"

namespace maskfill {

struct EvalOptions {
  // `output` is the report's file; `input` and the task are not used.
  StageOptions stage;
  ComputeOptions compute;
  std::string checkpoint;           // directory, with a head
  std::vector<std::string> inputs;  // stage directories of images
  // Directory for one PredictionRecord set per input, named like the set;
  // empty: none.
  std::string predictions;
};

struct EvalStats {
  v1::EvalReport report;
  bool already_done = false;  // the report was there
  std::string text;           // what stdout shows: the table, or the plan
};

// Evaluates and writes the report. With predictions, finished shards are kept,
// so that a killed run goes on where it stopped. A report of the same
// evaluation is read instead; nothing is computed then.
//
// FailedPrecondition when checkpoint and sets do not fit each other (no head,
// other classes, pixels of another size) or `output` is the report of another
// evaluation; InvalidArgument when two inputs have the same name.
absl::StatusOr<EvalStats> Eval(const EvalOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_EVAL_STAGE_H_
