// What may come in the place of masked patches.
#ifndef MASKFILL_CORE_MASKING_FILL_KIND_H_
#define MASKFILL_CORE_MASKING_FILL_KIND_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace maskfill {

enum class FillKind {
  kNone,    // nothing: the model never sees the patches (dropped tokens or
            // masked attention keys); the pixels stay as they were
  kSingle,  // all from one other image, at the same positions
  kMulti,   // each from an image of its own, at the same position
  kMean,    // the mean colour of the donor pool (mean_colour.h)
  kGrey,    // the middle of the range, 128
  kNoise,   // Gaussian noise (gaussian_noise.h)
};

// What there is to know of a kind.
struct FillRule {
  FillKind kind;
  const char* name;           // as of --fill
  bool takes_donors = false;  // records name the images that patches are from
  bool takes_pool = false;    // other images decide the pixels
  bool takes_colour = false;  // one for all patches, which records tell
  bool is_random = false;     // another seed or variant is another fill
  const char* meaning;
};
absl::Span<const FillRule> FillRules();
const FillRule& RuleOf(FillKind kind);

absl::StatusOr<FillKind> ParseFillKind(absl::string_view text);
absl::string_view ToString(FillKind kind);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_FILL_KIND_H_
