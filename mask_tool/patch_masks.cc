#include "mask_tool/patch_masks.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "glog/logging.h"

namespace maskfill {

absl::StatusOr<MaskKind> ParseMaskKind(absl::string_view text) {
  if (text == "object") return MaskKind::kObject;
  if (text == "context") return MaskKind::kContext;
  if (text == "random") return MaskKind::kRandom;
  return absl::InvalidArgumentError(absl::StrCat(
      "--mask is \"", text, "\", expected object, context or random"));
}

absl::string_view ToString(MaskKind kind) {
  switch (kind) {
    case MaskKind::kObject:
      return "object";
    case MaskKind::kContext:
      return "context";
    case MaskKind::kRandom:
      return "random";
  }
  LOG(FATAL) << "unknown mask kind " << static_cast<int>(kind);
}

PatchMask RandomMask(const PatchGrid& grid, absl::Span<const float> uniforms,
                     float rate) {
  CHECK_EQ(static_cast<int64_t>(uniforms.size()), grid.num_patches());
  PatchMask mask(grid.num_patches());
  for (int64_t patch = 0; patch < mask.size(); ++patch) {
    mask.set(patch, uniforms[static_cast<size_t>(patch)] < rate);
  }
  return mask;
}

std::vector<float> MaskUniforms(uint64_t seed, int64_t variant,
                                absl::string_view id, int64_t num_patches) {
  CounterRng rng(seed, "mask", static_cast<uint64_t>(variant), id);
  std::vector<float> uniforms(static_cast<size_t>(num_patches));
  for (float& value : uniforms) value = rng.UniformFloat();
  return uniforms;
}

}  // namespace maskfill
