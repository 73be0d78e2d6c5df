// Which patches of an image are masked.
#ifndef MASKFILL_CORE_IMAGE_PATCH_MASK_H_
#define MASKFILL_CORE_IMAGE_PATCH_MASK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// One bit per patch, in the order of PatchGrid.
//
//   PatchMask mask(grid.num_patches());
//   mask.set(3);
//   record.set_mask(mask.ToBytes());
//
// A value; thread-compatible.
class PatchMask {
 public:
  PatchMask() = default;
  // No patch is masked.
  explicit PatchMask(int64_t num_patches) : masked_(num_patches, 0) {}

  // Of CounterfactualRecord.mask. DataLoss when `bytes` is not
  // ceil(num_patches / 8) long or a bit behind the last patch is set.
  static absl::StatusOr<PatchMask> FromBytes(absl::string_view bytes,
                                             int64_t num_patches);
  // One bit per patch, least significant bit first, the rest 0.
  std::string ToBytes() const;

  int64_t size() const { return static_cast<int64_t>(masked_.size()); }
  bool masked(int64_t patch) const { return masked_[patch] != 0; }
  void set(int64_t patch, bool masked = true) { masked_[patch] = masked; }
  // Masked patches.
  int64_t count() const;
  // Their numbers, ascending.
  std::vector<int64_t> MaskedPatches() const;
  // Masked where this is not.
  PatchMask Complement() const;

  friend bool operator==(const PatchMask& a, const PatchMask& b) {
    return a.masked_ == b.masked_;
  }

 private:
  std::vector<uint8_t> masked_;  // 0 or 1 per patch
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_PATCH_MASK_H_
