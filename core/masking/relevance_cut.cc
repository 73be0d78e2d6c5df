#include "core/masking/relevance_cut.h"

#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr RelevanceCutRule kRules[] = {
    {RelevanceCutKind::kThreshold, "threshold", 1,
     "relevance above it, 0 to 1: relevance is divided by the image's "
     "largest; the paper's 0.3 is for object masks with single-fill"},
    {RelevanceCutKind::kPercentile, "percentile", 100,
     "relevance above this percentile of the image's own, 0 to 100"},
    {RelevanceCutKind::kTargetRatio, "target_ratio", 1,
     "this share of the image's patches, 0 to 1, the most relevant ones"},
};

}  // namespace

absl::Span<const RelevanceCutRule> RelevanceCutRules() { return kRules; }

const RelevanceCutRule& RuleOf(RelevanceCutKind kind) {
  for (const RelevanceCutRule& rule : kRules) {
    if (rule.kind == kind) return rule;
  }
  LOG(FATAL) << "unknown cut " << static_cast<int>(kind);
}

}  // namespace maskfill
