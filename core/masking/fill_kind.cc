#include "core/masking/fill_kind.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/names.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr FillRule kRules[] = {
    {.kind = FillKind::kNone,
     .name = "none",
     .meaning = "nothing: for models that drop the patches"},
    {.kind = FillKind::kSingle,
     .name = "single",
     .takes_donors = true,
     .takes_pool = true,
     .is_random = true,
     .meaning = "all patches from one other image"},
    {.kind = FillKind::kMulti,
     .name = "multi",
     .takes_donors = true,
     .takes_pool = true,
     .is_random = true,
     .meaning = "each patch from an image of its own"},
    {.kind = FillKind::kMean,
     .name = "mean",
     .takes_pool = true,
     .takes_colour = true,
     .meaning = "the mean colour of all images that may give patches, each of "
                "which every task reads once"},
    {.kind = FillKind::kGrey,
     .name = "grey",
     .takes_colour = true,
     .meaning = "128 in all channels"},
    {.kind = FillKind::kNoise,
     .name = "noise",
     .is_random = true,
     .meaning = "Gaussian noise with the mean and deviation that CLIP takes "
                "pixels to have"},
};

}  // namespace

absl::Span<const FillRule> FillRules() { return kRules; }

const FillRule& RuleOf(FillKind kind) {
  for (const FillRule& rule : kRules) {
    if (rule.kind == kind) return rule;
  }
  LOG(FATAL) << "unknown fill kind " << static_cast<int>(kind);
}

absl::StatusOr<FillKind> ParseFillKind(absl::string_view text) {
  if (const FillRule* rule = FindRow(kRules, text)) return rule->kind;
  return absl::InvalidArgumentError(
      absl::StrCat("--fill is \"", text, "\", expected one of ",
                   absl::StrJoin(NamesOf(kRules), ", ")));
}

absl::string_view ToString(FillKind kind) { return RuleOf(kind).name; }

}  // namespace maskfill
