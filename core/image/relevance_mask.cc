#include "core/image/relevance_mask.h"

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

template <typename Predicate>
PatchMask MaskWhere(const PatchGrid& grid, absl::Span<const float> values,
                    Predicate masked) {
  CHECK_EQ(static_cast<int64_t>(values.size()), grid.num_patches());
  PatchMask mask(grid.num_patches());
  for (size_t patch = 0; patch < values.size(); ++patch) {
    if (masked(values[patch])) mask.set(static_cast<int64_t>(patch), true);
  }
  return mask;
}

uint32_t LittleEndian32(const char* bytes) {
  uint32_t word = 0;
  for (int i = 3; i >= 0; --i) {
    word = (word << 8) | static_cast<unsigned char>(bytes[i]);
  }
  return word;
}

}  // namespace

PatchMask ObjectMask(const PatchGrid& grid, absl::Span<const float> relevance,
                     float threshold) {
  return MaskWhere(grid, relevance,
                   [threshold](float value) { return value > threshold; });
}

PatchMask ContextMask(const PatchGrid& grid, absl::Span<const float> relevance,
                      float threshold) {
  return MaskWhere(grid, relevance,
                   [threshold](float value) { return value <= threshold; });
}

absl::StatusOr<std::vector<float>> RelevanceFromRecord(
    const v1::CamRecord& cam) {
  const int64_t num_patches =
      int64_t{cam.grid_height()} * int64_t{cam.grid_width()};
  const std::string& bytes = cam.relevance();
  if (cam.grid_height() <= 0 || cam.grid_width() <= 0 ||
      static_cast<int64_t>(bytes.size()) != 4 * num_patches) {
    return absl::DataLossError(absl::StrCat(
        "CAM of \"", cam.id(), "\": ", bytes.size(), " bytes for a grid of ",
        cam.grid_height(), "x", cam.grid_width(),
        " patches, expected four bytes (float32) per patch; make the CAM set "
        "again with cam_tool"));
  }
  std::vector<float> relevance(static_cast<size_t>(num_patches));
  for (size_t patch = 0; patch < relevance.size(); ++patch) {
    const float value =
        std::bit_cast<float>(LittleEndian32(bytes.data() + 4 * patch));
    if (!(value >= 0.0f && value <= 1.0f)) {
      return absl::DataLossError(
          absl::StrCat("CAM of \"", cam.id(), "\": patch ", patch,
                       " has relevance ", value, ", expected 0 to 1"));
    }
    relevance[patch] = value;
  }
  return relevance;
}

}  // namespace maskfill
