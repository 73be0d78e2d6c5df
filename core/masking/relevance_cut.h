// Where the relevance of an image's patches is cut into object and context.
#ifndef MASKFILL_CORE_MASKING_RELEVANCE_CUT_H_
#define MASKFILL_CORE_MASKING_RELEVANCE_CUT_H_

#include "absl/types/span.h"

namespace maskfill {

enum class RelevanceCutKind {
  kThreshold,    // the same relevance for every image
  kPercentile,   // a percentile of the image's own relevance
  kTargetRatio,  // the same share of patches for every image
};

struct RelevanceCut {
  RelevanceCutKind kind = RelevanceCutKind::kThreshold;
  // In [0, 1], percentiles in [0, 100]. The paper's 0.3 is for object masks
  // with single-fill.
  double value = 0.3;
};

// What there is to know of a kind.
struct RelevanceCutRule {
  RelevanceCutKind kind;
  const char* name;  // of its flag, and of its option in the ledger
  double greatest;   // of its values; the least is 0
  const char* meaning;
};
absl::Span<const RelevanceCutRule> RelevanceCutRules();
const RelevanceCutRule& RuleOf(RelevanceCutKind kind);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_RELEVANCE_CUT_H_
