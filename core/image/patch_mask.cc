#include "core/image/patch_mask.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace maskfill {

absl::StatusOr<PatchMask> PatchMask::FromBytes(absl::string_view bytes,
                                               int64_t num_patches) {
  const int64_t expected = (num_patches + 7) / 8;
  if (static_cast<int64_t>(bytes.size()) != expected) {
    return absl::DataLossError(absl::StrCat("a mask of ", bytes.size(),
                                            " bytes, expected ", expected,
                                            " for ", num_patches, " patches"));
  }
  PatchMask mask(num_patches);
  for (int64_t patch = 0; patch < num_patches; ++patch) {
    mask.masked_[patch] = bytes[patch / 8] >> (patch % 8) & 1;
  }
  if (mask.ToBytes() != bytes) {
    return absl::DataLossError(absl::StrCat(
        "a mask has bits set behind its last patch (", num_patches, ")"));
  }
  return mask;
}

std::string PatchMask::ToBytes() const {
  std::string bytes((masked_.size() + 7) / 8, '\0');
  for (int64_t patch = 0; patch < size(); ++patch) {
    bytes[patch / 8] |= static_cast<char>(masked_[patch] << (patch % 8));
  }
  return bytes;
}

int64_t PatchMask::count() const {
  return std::count(masked_.begin(), masked_.end(), 1);
}

std::vector<int64_t> PatchMask::MaskedPatches() const {
  std::vector<int64_t> patches;
  for (int64_t patch = 0; patch < size(); ++patch) {
    if (masked(patch)) patches.push_back(patch);
  }
  return patches;
}

PatchMask PatchMask::Complement() const {
  PatchMask result = *this;
  for (uint8_t& masked : result.masked_) masked ^= 1;
  return result;
}

}  // namespace maskfill
