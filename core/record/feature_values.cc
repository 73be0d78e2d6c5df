#include "core/record/feature_values.h"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/half_float.h"

namespace maskfill {
namespace {

// Values are read as they lie in memory.
static_assert(std::endian::native == std::endian::little);

float FromStored(uint16_t half) { return FloatFromHalf(half); }
float FromStored(float value) { return value; }

template <typename Stored>
absl::StatusOr<std::vector<float>> Values(const v1::FeatureVector& vector) {
  const std::string& bytes = vector.values();
  if (vector.dim() <= 0 ||
      bytes.size() != sizeof(Stored) * static_cast<size_t>(vector.dim())) {
    return absl::DataLossError(absl::StrCat("has ", bytes.size(),
                                            " bytes, expected ", vector.dim(),
                                            " values of ", sizeof(Stored)));
  }
  std::vector<float> values(static_cast<size_t>(vector.dim()));
  for (size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + sizeof(Stored) * i, sizeof(Stored));
    values[i] = FromStored(stored);
    if (!std::isfinite(values[i])) {
      return absl::DataLossError(
          absl::StrCat("has ", values[i], " as value ", i));
    }
  }
  return values;
}

}  // namespace

std::string CheckpointRole(int64_t n) { return absl::StrCat("checkpoint_", n); }

absl::StatusOr<std::vector<float>> FeatureValues(
    const v1::FeatureRecord& record, int vector) {
  if (vector >= record.features_size()) {
    return absl::DataLossError(
        absl::StrCat("has the features of ", record.features_size(),
                     " checkpoints, expected ", vector + 1, " or more"));
  }
  const v1::FeatureVector& stored = record.features(vector);
  if (record.dtype() == "float32") return Values<float>(stored);
  if (record.dtype() == "float16") return Values<uint16_t>(stored);
  return absl::DataLossError(absl::StrCat("has the dtype \"", record.dtype(),
                                          "\", expected float32 or float16"));
}

}  // namespace maskfill
