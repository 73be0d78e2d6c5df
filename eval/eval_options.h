// What eval is told, and what it tells.
#ifndef MASKFILL_EVAL_EVAL_OPTIONS_H_
#define MASKFILL_EVAL_EVAL_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/metrics/score_set.h"
#include "core/model/device_flags.h"
#include "core/work/run_options.h"
#include "eval/stored_predictions.h"
#include "proto/eval_report.pb.h"

namespace maskfill {

struct NamedCheckpoint {
  std::string name;  // of its report: <name>.json
  std::string dir;
};

// One of `checkpoint`, `checkpoints` and `from_predictions` is given.
struct EvalOptions {
  // `output`: the report's file; with `checkpoints` a directory of reports.
  // `input`, seed and task are not used.
  RunOptions run;
  ComputeOptions compute;
  std::string checkpoint;                    // directory, with a head
  std::vector<NamedCheckpoint> checkpoints;  // likewise; names differ
  std::vector<std::string> inputs;           // stage directories of images
  // Names of sets: in-distribution, no part of the OOD mean.
  std::vector<std::string> id_sets;

  // The WiSE-FT curve from `base_checkpoint` (0) to `checkpoint` (1).
  std::string base_checkpoint;
  std::vector<double> alphas;  // in [0, 1], each once

  // Directory for one PredictionRecord set per input, named like the set; of
  // several models one such directory each, in it. Empty: none.
  std::string predictions;
  PredictionContents contents;
  // How many models are in memory at once; each such group decodes the images
  // again.
  int64_t models_at_once = 4;

  // Directories that `predictions` was, or sets in them: no model is asked.
  // Several are the members of an ensemble.
  std::vector<std::string> from_predictions;
  Ensemble ensemble = Ensemble::kNone;
  // Only these are looked at; empty: all. Classes by number or key.
  std::vector<std::string> only_classes;
  std::vector<std::string> only_groups;
  std::string fit_temperature_on;  // name of a set; empty: no temperature
};

struct EvalStats {
  // One, or one for each of `checkpoints`; empty in a dry run.
  std::vector<v1::EvalReport> reports;
  bool already_done = false;  // reports and predictions were there
  std::string text;           // what stdout shows: tables
};

}  // namespace maskfill

#endif  // MASKFILL_EVAL_EVAL_OPTIONS_H_
