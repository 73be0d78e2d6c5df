#include "core/masking/patch_masks.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "core/base/names.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

uint32_t LittleEndian32(const char* bytes) {
  uint32_t word = 0;
  for (int i = 3; i >= 0; --i) {
    word = (word << 8) | static_cast<unsigned char>(bytes[i]);
  }
  return word;
}

// The first `count` patches by `before`, of equal ones those with the lesser
// number.
PatchMask FirstPatches(
    const PatchGrid& grid, int64_t count,
    const std::function<bool(size_t patch, size_t other)>& before) {
  std::vector<size_t> order(static_cast<size_t>(grid.num_patches()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), before);
  PatchMask mask(grid.num_patches());
  for (int64_t i = 0; i < count; ++i) {
    mask.set(static_cast<int64_t>(order[static_cast<size_t>(i)]));
  }
  return mask;
}

// The `count` most relevant patches, of equal ones those with the least
// `uniforms`.
PatchMask MostRelevant(const PatchGrid& grid, absl::Span<const float> relevance,
                       absl::Span<const float> uniforms, int64_t count) {
  CHECK_EQ(uniforms.size(), relevance.size());
  return FirstPatches(grid, count, [&](size_t a, size_t b) {
    return relevance[a] != relevance[b] ? relevance[a] > relevance[b]
                                        : uniforms[a] < uniforms[b];
  });
}

// The value of rank floor((P - 1) * percentile / 100) in ascending order.
float PercentileOf(absl::Span<const float> relevance, double percentile) {
  std::vector<float> sorted(relevance.begin(), relevance.end());
  const double rank = static_cast<double>(sorted.size() - 1) * percentile / 100;
  const auto value = sorted.begin() + static_cast<int64_t>(rank);
  std::nth_element(sorted.begin(), value, sorted.end());
  return *value;
}

// Threshold of a cut that has one: masked is what lies above it.
float ThresholdOf(const RelevanceCut& cut, absl::Span<const float> relevance) {
  return cut.kind == RelevanceCutKind::kPercentile
             ? PercentileOf(relevance, cut.value)
             : static_cast<float>(cut.value);
}

int64_t CountOf(const RelevanceCut& cut, const PatchGrid& grid) {
  return std::llround(cut.value * static_cast<double>(grid.num_patches()));
}

// In the order of MaskKind.
constexpr const char* kKinds[] = {"object", "context", "random"};

}  // namespace

absl::StatusOr<MaskKind> ParseMaskKind(absl::string_view text) {
  return ParseName<MaskKind>(kKinds, text, "--mask is \"$0\", expected $1");
}

absl::string_view ToString(MaskKind kind) {
  return kKinds[static_cast<size_t>(kind)];
}

PatchMask ObjectMask(const PatchGrid& grid, absl::Span<const float> relevance,
                     float threshold) {
  CHECK_EQ(static_cast<int64_t>(relevance.size()), grid.num_patches());
  PatchMask mask(grid.num_patches());
  for (int64_t patch = 0; patch < mask.size(); ++patch) {
    mask.set(patch, relevance[static_cast<size_t>(patch)] > threshold);
  }
  return mask;
}

PatchMask ContextMask(const PatchGrid& grid, absl::Span<const float> relevance,
                      float threshold) {
  return ObjectMask(grid, relevance, threshold).Complement();
}

PatchMask ObjectMask(const PatchGrid& grid, absl::Span<const float> relevance,
                     const RelevanceCut& cut,
                     absl::Span<const float> uniforms) {
  CHECK_EQ(static_cast<int64_t>(relevance.size()), grid.num_patches());
  if (cut.kind == RelevanceCutKind::kTargetRatio) {
    return MostRelevant(grid, relevance, uniforms, CountOf(cut, grid));
  }
  return ObjectMask(grid, relevance, ThresholdOf(cut, relevance));
}

PatchMask ContextMask(const PatchGrid& grid, absl::Span<const float> relevance,
                      const RelevanceCut& cut,
                      absl::Span<const float> uniforms) {
  CHECK_EQ(static_cast<int64_t>(relevance.size()), grid.num_patches());
  if (cut.kind == RelevanceCutKind::kTargetRatio) {
    return MostRelevant(grid, relevance, uniforms,
                        grid.num_patches() - CountOf(cut, grid))
        .Complement();
  }
  return ContextMask(grid, relevance, ThresholdOf(cut, relevance));
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

PatchMask RandomMaskOf(const PatchGrid& grid, absl::Span<const float> uniforms,
                       int64_t count) {
  CHECK_EQ(static_cast<int64_t>(uniforms.size()), grid.num_patches());
  return FirstPatches(grid, count, [&](size_t a, size_t b) {
    return uniforms[a] < uniforms[b];
  });
}

std::vector<float> MaskUniforms(uint64_t seed, int64_t variant,
                                absl::string_view id, int64_t num_patches) {
  CounterRng rng(seed, "mask", static_cast<uint64_t>(variant), id);
  std::vector<float> uniforms(static_cast<size_t>(num_patches));
  for (float& value : uniforms) value = rng.UniformFloat();
  return uniforms;
}

PatchMask MakeMask(const MaskOptions& options, const PatchGrid& grid,
                   absl::Span<const float> relevance, uint64_t seed,
                   int64_t variant, absl::string_view id) {
  const bool random = options.kind == MaskKind::kRandom;
  std::vector<float> uniforms;
  if (random || options.cut.kind == RelevanceCutKind::kTargetRatio) {
    // Object and context are the same in every variant.
    uniforms = MaskUniforms(seed, random ? variant : 0, id, grid.num_patches());
  }
  switch (options.kind) {
    case MaskKind::kObject:
      return ObjectMask(grid, relevance, options.cut, uniforms);
    case MaskKind::kContext:
      return ContextMask(grid, relevance, options.cut, uniforms);
    case MaskKind::kRandom: {
      if (options.match_object_mask) {
        return RandomMaskOf(
            grid, uniforms,
            ObjectMask(grid, relevance, options.cut, uniforms).count());
      }
      if (options.equal_counts) {
        const auto patches = static_cast<double>(grid.num_patches());
        const auto kept = static_cast<int64_t>(patches * (1 - options.rate));
        return RandomMaskOf(grid, uniforms, grid.num_patches() - kept);
      }
      return RandomMask(grid, uniforms, static_cast<float>(options.rate));
    }
  }
  LOG(FATAL) << "unknown mask kind " << static_cast<int>(options.kind);
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
