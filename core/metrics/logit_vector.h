// Logits as predictions keep them. Knows no torch.
#ifndef MASKFILL_CORE_METRICS_LOGIT_VECTOR_H_
#define MASKFILL_CORE_METRICS_LOGIT_VECTOR_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "proto/records.pb.h"

namespace maskfill {

// `logits` [K], finite, K > 0. Each distance to the largest one is rounded to
// half precision, and is at most 65504.
v1::LogitVector ToLogitVector(absl::Span<const float> logits);

// Fills `logits` [K]. DataLoss when there are not
// `num_classes` of them or when one is above the largest or not finite.
absl::Status FromLogitVector(const v1::LogitVector& vector, int64_t num_classes,
                             std::vector<float>* logits);

// [n] values in half precision.
v1::FeatureVector ToHalfFeatures(absl::Span<const float> values);

// Bits of the half at `index` of [n] halves, little endian.
inline uint16_t HalfAt(absl::string_view halves, int64_t index) {
  const char* at = halves.data() + 2 * index;
  return static_cast<uint16_t>(static_cast<uint8_t>(at[0]) |
                               static_cast<uint8_t>(at[1]) << 8);
}

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_LOGIT_VECTOR_H_
