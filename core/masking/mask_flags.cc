#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/flag_facts.h"
#include "core/masking/counterfactual_flags.h"
#include "core/masking/relevance_cut.h"
#include "gflags/gflags.h"

namespace maskfill {
namespace {

const char* CutHelp(RelevanceCutKind kind) {
  return FlagHelp(absl::StrCat(
      "of object masks: ", RuleOf(kind).meaning, "; of context masks: ",
      kind == RelevanceCutKind::kTargetRatio
          ? "that share, the least relevant; among equally "
            "relevant ones --seed decides"
          : "the others",
      ". One of --threshold, --percentile and --target_ratio"));
}

}  // namespace
}  // namespace maskfill

DEFINE_string(mask, "object",
              "what is masked: object (the relevant patches), context (the "
              "others) or random (each patch with probability --rate; with "
              "--fill=none that share of every image)");
DEFINE_double(threshold, 0.3,
              maskfill::CutHelp(maskfill::RelevanceCutKind::kThreshold));
DEFINE_double(percentile, 0,
              maskfill::CutHelp(maskfill::RelevanceCutKind::kPercentile));
DEFINE_double(target_ratio, 0,
              maskfill::CutHelp(maskfill::RelevanceCutKind::kTargetRatio));
DEFINE_double(rate, 0.5,
              "of random masks, 0 to 1: probability that a patch is masked");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"mask", {.values = {"object", "context", "random"}}},
});

double ValueOf(RelevanceCutKind kind) {
  switch (kind) {
    case RelevanceCutKind::kThreshold:
      return FLAGS_threshold;
    case RelevanceCutKind::kPercentile:
      return FLAGS_percentile;
    case RelevanceCutKind::kTargetRatio:
      return FLAGS_target_ratio;
  }
  return 0;
}

// The one that is given, else the threshold's default.
void TakeCut(MaskOptions* mask, FlagErrors* errors) {
  std::vector<std::string> given;
  for (const RelevanceCutRule& rule : RelevanceCutRules()) {
    errors->CheckRange(rule.name, ValueOf(rule.kind), 0, rule.greatest);
    if (IsFlagGiven(rule.name)) {
      given.push_back(absl::StrCat("--", rule.name));
      mask->cut.kind = rule.kind;
    }
  }
  mask->cut.value = ValueOf(mask->cut.kind);
  if (given.size() > 1) {
    errors->Add(absl::StrCat(absl::StrJoin(given, " and "),
                             " are given, expected one of them"));
  }
  if (!given.empty() && !mask->takes_relevance()) {
    errors->Add(absl::StrCat(given[0],
                             " is not used by random masks of a --rate; leave "
                             "it out"));
  }
}

}  // namespace

void TakeMaskFlags(MaskOptions* mask, FlagErrors* errors) {
  errors->Take(ParseMaskKind(FLAGS_mask), &mask->kind);
  TakeCut(mask, errors);
  errors->CheckRange("rate", FLAGS_rate, 0, 1);
  mask->rate = FLAGS_rate;
  if (mask->kind != MaskKind::kRandom) {
    errors->RefuseIfGiven("rate",
                          absl::StrCat("--mask=", ToString(mask->kind)));
  }
}

void RefuseMaskFlags(absl::string_view user, FlagErrors* errors) {
  errors->RefuseIfGiven(
      {"mask", "threshold", "percentile", "target_ratio", "rate"}, user);
}

}  // namespace maskfill
