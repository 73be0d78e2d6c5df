// Accuracy of one checkpoint on several image sets.
#ifndef MASKFILL_EVAL_EVAL_H_
#define MASKFILL_EVAL_EVAL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/model/device_flags.h"
#include "core/work/run_options.h"
#include "proto/eval_report.pb.h"

namespace maskfill {

struct EvalOptions {
  // `output` is the report's file; `input`, seed and task are not used.
  RunOptions run;
  ComputeOptions compute;
  std::string checkpoint;           // directory, with a head
  std::vector<std::string> inputs;  // stage directories of images
  // Directory for one PredictionRecord set per input, named like the set;
  // empty: none.
  std::string predictions;
};

struct EvalStats {
  v1::EvalReport report;      // empty in a dry run
  bool already_done = false;  // report and predictions were there
  std::string text;           // what stdout shows: the table
};

// Evaluates and writes the report. With predictions, finished shards are kept,
// so that a killed run goes on where it stopped. A report of the same
// evaluation is read instead; nothing is computed then but predictions that
// are missing.
//
// Errors as of MakeFile, and of MakeShards for the predictions: AlreadyExists
// when either is of another evaluation. FailedPrecondition when checkpoint and
// sets do not fit each other (CheckFitsModel); InvalidArgument when two inputs
// have the same name.
absl::StatusOr<EvalStats> Eval(const EvalOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_EVAL_H_
