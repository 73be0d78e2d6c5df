// What a run of feature_compare is told, and what it finds.
#ifndef MASKFILL_FEATURE_TOOL_FEATURE_COMPARE_OPTIONS_H_
#define MASKFILL_FEATURE_TOOL_FEATURE_COMPARE_OPTIONS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/metrics/feature_disagreement.h"
#include "core/work/run_options.h"

namespace maskfill {

// Directories that feature_tool wrote, each with the features of the same two
// checkpoints.
struct FeatureCompareOptions {
  std::string clean;                  // of the images as they are
  std::vector<std::string> features;  // of their counterfactuals
  // Directories of the counterfactuals, in any order; of those left out: where
  // feature_tool read them.
  std::vector<std::string> counterfactuals;
  RunOptions run;  // its output is a JSON file; empty: none
};

struct FeatureCompareReport {
  struct Checkpoint {
    std::string dir;  // as given to feature_tool
    std::string fingerprint;
  };
  // How a counterfactual set was made, as in its manifest.
  struct Cell {
    std::string mask;       // object, context or random
    std::string cut = "";   // threshold, percentile, target_ratio or rate
    double value = 0;       // of the cut
    std::string rate_from;  // whose number of patches random masks have, if any
    std::string fill;
    std::string donors;  // empty where the fill takes none
  };
  struct Row {
    std::string features;         // directory, as given
    std::string counterfactuals;  // directory
    Cell cell;
    int64_t variants = 0;  // counterfactuals of each image
    FeatureDisagreement disagreement;
  };

  std::array<Checkpoint, 2> checkpoints;
  uint64_t seed = 0;  // of all counterfactuals
  FeatureDisagreement clean = {};
  std::vector<Row> rows = {};  // in the order asked for
};

}  // namespace maskfill

#endif  // MASKFILL_FEATURE_TOOL_FEATURE_COMPARE_OPTIONS_H_
