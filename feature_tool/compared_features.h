// Sets of features that may be compared with each other.
#ifndef MASKFILL_FEATURE_TOOL_COMPARED_FEATURES_H_
#define MASKFILL_FEATURE_TOOL_COMPARED_FEATURES_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/record/record_set.h"
#include "feature_tool/feature_compare_options.h"

namespace maskfill {

// What their manifests say; no record was read.
struct ComparedFeatures {
  struct Set {
    RecordSet features;
    std::string counterfactuals;  // directory
    FeatureCompareReport::Cell cell;
    int64_t variants = 0;  // counterfactuals of each image
  };

  RecordSet clean;
  std::array<FeatureCompareReport::Checkpoint, 2> checkpoints;
  uint64_t seed = 0;
  std::vector<Set> sets = {};
};

// FailedPrecondition as of CompareFeatures; errors of RecordSet::Open and
// ReadManifest.
absl::StatusOr<ComparedFeatures> OpenComparedFeatures(
    const FeatureCompareOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_FEATURE_TOOL_COMPARED_FEATURES_H_
