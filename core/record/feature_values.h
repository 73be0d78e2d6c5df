// The numbers in a record of features.
#ifndef MASKFILL_CORE_RECORD_FEATURE_VALUES_H_
#define MASKFILL_CORE_RECORD_FEATURE_VALUES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/records.pb.h"

namespace maskfill {

// The role in a manifest of the n-th checkpoint, whose features are the n-th of
// each record.
std::string CheckpointRole(int64_t n);

// [E]: the features of `record` by its checkpoint `vector`, >= 0, float32
// whatever is stored. DataLoss when it has none, their length is not that of
// dimension and dtype, or a value is not finite.
absl::StatusOr<std::vector<float>> FeatureValues(
    const v1::FeatureRecord& record, int vector);

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_FEATURE_VALUES_H_
