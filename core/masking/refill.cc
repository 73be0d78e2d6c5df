#include "core/masking/refill.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/image/resize.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

void CheckSize(const PatchGrid& grid, const Image& image) {
  CHECK_EQ(image.height, grid.height_px());
  CHECK_EQ(image.width, grid.width_px());
}

void CopyBox(const PixelBox& box, const Image& from, Image* to) {
  for (int64_t y = box.top; y < box.top + box.height; ++y) {
    std::memcpy(to->Row(y) + 3 * box.left, from.Row(y) + 3 * box.left,
                static_cast<size_t>(3 * box.width));
  }
}

}  // namespace

absl::StatusOr<FillKind> ParseFillKind(absl::string_view text) {
  if (text == "none") return FillKind::kNone;
  if (text == "single") return FillKind::kSingle;
  if (text == "multi") return FillKind::kMulti;
  return absl::InvalidArgumentError(
      absl::StrCat("--fill is \"", text, "\", expected none, single or multi"));
}

absl::string_view ToString(FillKind kind) {
  switch (kind) {
    case FillKind::kNone:
      return "none";
    case FillKind::kSingle:
      return "single";
    case FillKind::kMulti:
      return "multi";
  }
  LOG(FATAL) << "unknown fill kind " << static_cast<int>(kind);
}

void RefillPatches(const PatchGrid& grid, const PatchMask& mask,
                   absl::Span<const Image* const> donors,
                   absl::Span<const int32_t> patch_donors, Image* image) {
  CheckSize(grid, *image);
  for (const Image* donor : donors) CheckSize(grid, *donor);
  CHECK_EQ(mask.size(), grid.num_patches());
  const std::vector<int64_t> masked = mask.MaskedPatches();
  if (!patch_donors.empty()) CHECK_EQ(patch_donors.size(), masked.size());
  for (size_t i = 0; i < masked.size(); ++i) {
    const size_t donor =
        patch_donors.empty() ? 0 : static_cast<size_t>(patch_donors[i]);
    CHECK_LT(donor, donors.size());
    CopyBox(grid.BoxOf(masked[i]), *donors[donor], image);
  }
}

}  // namespace maskfill
