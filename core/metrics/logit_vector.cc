#include "core/metrics/logit_vector.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/half_float.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr float kLargestHalf = 65504;

void AppendHalf(float value, std::string* bytes) {
  const uint16_t half = HalfFromFloat(value);
  bytes->push_back(static_cast<char>(half & 0xff));
  bytes->push_back(static_cast<char>(half >> 8));
}

// The value of every half that is 0 or less and finite; NaN of others.
const std::vector<float>& ValuesBelow() {
  static const auto& values = *new std::vector<float>([] {
    std::vector<float> all(0x10000, std::numeric_limits<float>::quiet_NaN());
    all[0] = 0;
    for (uint16_t bits = 0x8000; bits < 0xfc00; ++bits) {
      all[bits] = FloatFromHalf(bits);
    }
    return all;
  }());
  return values;
}

}  // namespace

v1::LogitVector ToLogitVector(absl::Span<const float> logits) {
  CHECK(!logits.empty());
  v1::LogitVector vector;
  const float largest = *std::max_element(logits.begin(), logits.end());
  vector.set_largest(largest);
  std::string* bytes = vector.mutable_below_largest();
  bytes->reserve(2 * logits.size());
  for (const float logit : logits) {
    AppendHalf(std::max(logit - largest, -kLargestHalf), bytes);
  }
  return vector;
}

absl::Status FromLogitVector(const v1::LogitVector& vector, int64_t num_classes,
                             std::vector<float>* logits) {
  const std::string& bytes = vector.below_largest();
  const size_t count = static_cast<size_t>(num_classes);
  if (bytes.size() != 2 * count) {
    return absl::DataLossError(
        absl::StrCat("it has ", bytes.size(), " bytes of logits, expected ",
                     2 * count, " of ", num_classes, " classes"));
  }
  const std::vector<float>& values = ValuesBelow();
  logits->resize(count);
  float sum = 0;
  for (size_t c = 0; c < count; ++c) {
    const float below = values[HalfAt(bytes, static_cast<int64_t>(c))];
    sum += below;  // a NaN stays in it
    (*logits)[c] = vector.largest() + below;
  }
  // Compares false with NaN, and with a largest one that is not finite.
  if (!(sum <= 0 && vector.largest() - vector.largest() == 0)) {
    return absl::DataLossError(
        "its logits are damaged: one is not finite or above the largest");
  }
  return absl::OkStatus();
}

v1::FeatureVector ToHalfFeatures(absl::Span<const float> values) {
  v1::FeatureVector vector;
  vector.set_dim(static_cast<int32_t>(values.size()));
  for (const float value : values) {
    AppendHalf(value, vector.mutable_values());
  }
  return vector;
}

}  // namespace maskfill
