// What decides the counterfactuals of a set, and where a set says so.
#ifndef MASKFILL_CORE_MASKING_COUNTERFACTUAL_OPTIONS_H_
#define MASKFILL_CORE_MASKING_COUNTERFACTUAL_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/masking/donors.h"
#include "core/masking/fill_kind.h"
#include "core/masking/patch_masks.h"
#include "core/masking/refill.h"
#include "core/record/record_set.h"
#include "proto/manifest.pb.h"

namespace maskfill {

enum class CounterfactualPayload {
  kPixels,  // the refilled pixels, ready for training
  kRecipe,  // mask and donors only, about a thousandth of the size
};
absl::StatusOr<CounterfactualPayload> ParseCounterfactualPayload(
    absl::string_view text);
absl::string_view ToString(CounterfactualPayload payload);

struct CounterfactualOptions {
  MaskOptions mask;
  FillKind fill = FillKind::kSingle;
  DonorRule donors = DonorRule::kAny;
  bool allow_self_donor = false;
  int64_t variants = 1;  // counterfactuals per image
  CounterfactualPayload payload = CounterfactualPayload::kPixels;
  // px; 0: that of the input's preprocessed pixels, 224 for original files
  int64_t image_size = 0;
  int64_t patch_size = 0;  // px; 0: from the CAM's grid
  uint64_t seed = 0;
  // Of the pool, for --fill=mean (mean_colour.h). Follows from the inputs, so
  // it is no option of a set; its records tell it.
  std::optional<Rgb> mean_colour = std::nullopt;
};

// Raised when the counterfactuals of the same inputs and options change: 3 for
// object and context masks of a target ratio, which draws among equally
// relevant patches since; 2 for donors of another class, which are drawn from
// lists of the classes since, and for random patches by rate that are dropped,
// equally many of every image since; 1 for all others.
uint32_t CounterfactualVersion(const CounterfactualOptions& options);

// What decides masks and fills, as the ledger names it: --mask --threshold and
// so on; of them what has a bearing, as a threshold has none on random masks.
std::vector<v1::Option> MaskAndFillOptions(
    const CounterfactualOptions& options);

// The options by which mask_tool made the set `counterfactuals`, but for its
// masks, which its records hold: with them a maker can expand its recipes.
// FailedPrecondition when another version made it.
absl::StatusOr<CounterfactualOptions> OptionsOfSet(
    const RecordSet& counterfactuals);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_COUNTERFACTUAL_OPTIONS_H_
