// Which images of a set are of which class.
#ifndef MASKFILL_CORE_MASKING_CLASS_LISTS_H_
#define MASKFILL_CORE_MASKING_CLASS_LISTS_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/masking/donor_images.h"

namespace maskfill {

// The positions of each class's images. Holds 8 bytes per image and label.
// Immutable, so thread-safe.
class ClassLists {
 public:
  // Reads the first bytes of every image (DonorPool::Get):
  // a few seconds for a million of them that are in memory.
  static absl::StatusOr<ClassLists> Read(const DonorPool& images);

  // Positions of the images that have one of `labels`, ascending, each once.
  // Lies in this or in `merged`.
  absl::Span<const int64_t> PositionsOf(absl::Span<const int64_t> labels,
                                        std::vector<int64_t>* merged) const;

  // Whether all images have some label in common.
  bool AllOfOneClass() const;

 private:
  absl::flat_hash_map<int64_t, std::vector<int64_t>> positions_;  // by label
  int64_t num_images_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_CLASS_LISTS_H_
