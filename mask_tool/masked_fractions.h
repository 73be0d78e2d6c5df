// What share of their patches many masks have.
#ifndef MASKFILL_MASK_TOOL_MASKED_FRACTIONS_H_
#define MASKFILL_MASK_TOOL_MASKED_FRACTIONS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace maskfill {

// Counts masks of P patches each by the number of patches masked: all that is
// asked of it is exact. A value; thread-compatible.
class MaskedFractions {
 public:
  explicit MaskedFractions(int64_t num_patches)
      : masks_(static_cast<size_t>(num_patches) + 1, 0) {}

  // A mask with `masked` patches, 0 <= masked <= P.
  void Add(int64_t masked) { ++masks_[static_cast<size_t>(masked)]; }
  // Those of another one with as many patches.
  void Add(const MaskedFractions& other);

  int64_t num_patches() const {
    return static_cast<int64_t>(masks_.size()) - 1;
  }
  int64_t masks() const;
  int64_t none_masked() const { return masks_.front(); }  // masks
  int64_t all_masked() const { return masks_.back(); }    // masks
  // Fractions in [0, 1]; 0 without masks. A quantile `q` in [0, 1] lies
  // linearly between the two masks next to rank q * (masks - 1), as NumPy's.
  double Mean() const;
  double Quantile(double q) const;

 private:
  // Masked patches of the mask of this rank, counted from 0, in ascending
  // order.
  int64_t AtRank(int64_t rank) const;

  std::vector<int64_t> masks_;  // by the number of masked patches, P + 1
};

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_MASKED_FRACTIONS_H_
