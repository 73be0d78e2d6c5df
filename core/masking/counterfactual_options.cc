#include "core/masking/counterfactual_options.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/names.h"
#include "core/base/number_text.h"
#include "core/base/status_macros.h"
#include "core/masking/relevance_cut.h"
#include "core/record/manifest_text.h"
#include "proto/manifest.pb.h"

namespace maskfill {
namespace {

absl::Status NotOurs(const RecordSet& set, const std::string& expected) {
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", set.dir(), "\" was made by version ",
      set.manifest().algorithm_version(), " of ", set.manifest().tool(),
      ", expected ", expected, " of mask_tool; make it again"));
}

// In the order of CounterfactualPayload.
constexpr const char* kPayloads[] = {"pixels", "recipe"};

}  // namespace

absl::StatusOr<CounterfactualPayload> ParseCounterfactualPayload(
    absl::string_view text) {
  return ParseName<CounterfactualPayload>(kPayloads, text,
                                          "--payload is \"$0\", expected $1");
}

absl::string_view ToString(CounterfactualPayload payload) {
  return kPayloads[static_cast<size_t>(payload)];
}

uint32_t CounterfactualVersion(const CounterfactualOptions& options) {
  if (options.mask.kind != MaskKind::kRandom &&
      options.mask.cut.kind == RelevanceCutKind::kTargetRatio) {
    return 3;
  }
  const bool from_lists = RuleOf(options.fill).takes_donors &&
                          options.donors == DonorRule::kOtherClass;
  const bool equal_counts =
      options.fill == FillKind::kNone && !options.mask.takes_relevance();
  return from_lists || equal_counts ? 2 : 1;
}

std::vector<v1::Option> MaskAndFillOptions(
    const CounterfactualOptions& options) {
  std::vector<v1::Option> result;
  const auto add = [&result](absl::string_view name, absl::string_view value) {
    v1::Option& option = result.emplace_back();
    option.set_name(std::string(name));
    option.set_value(std::string(value));
  };
  const MaskOptions& mask = options.mask;
  add("mask", ToString(mask.kind));
  if (mask.takes_relevance()) {
    add(RuleOf(mask.cut.kind).name, NumberText(mask.cut.value));
  } else {
    add("rate", NumberText(mask.rate));
  }
  if (mask.match_object_mask) add("rate_from", "object masks");
  add("fill", ToString(options.fill));
  if (RuleOf(options.fill).takes_donors) {
    add("donors", ToString(options.donors));
    add("allow_self_donor", options.allow_self_donor ? "true" : "false");
  }
  return result;
}

absl::StatusOr<CounterfactualOptions> OptionsOfSet(
    const RecordSet& counterfactuals) {
  const v1::Manifest& manifest = counterfactuals.manifest();
  if (manifest.tool() != "mask_tool") return NotOurs(counterfactuals, "a set");
  const auto option = [&manifest](absl::string_view name) {
    return OptionOf(manifest, name);
  };
  CounterfactualOptions options;
  ASSIGN_OR_RETURN(options.fill, ParseFillKind(option("fill")));
  if (RuleOf(options.fill).takes_donors) {
    ASSIGN_OR_RETURN(options.donors, ParseDonorRule(option("donors")));
    options.allow_self_donor = option("allow_self_donor") == "true";
  }
  // Of the masks only what decides the version.
  if (option("mask") == ToString(MaskKind::kRandom)) {
    options.mask.kind = MaskKind::kRandom;
    options.mask.match_object_mask = !option("rate_from").empty();
  }
  if (!option(RuleOf(RelevanceCutKind::kTargetRatio).name).empty()) {
    options.mask.cut.kind = RelevanceCutKind::kTargetRatio;
  }
  const uint32_t version = CounterfactualVersion(options);
  if (manifest.algorithm_version() != version) {
    return NotOurs(counterfactuals, absl::StrCat("version ", version));
  }
  ASSIGN_OR_RETURN(options.payload,
                   ParseCounterfactualPayload(option("payload")));
  options.image_size = manifest.dataset().image_size();
  options.seed = manifest.seed();
  if (!absl::SimpleAtoi(option("variants"), &options.variants) ||
      options.variants < 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", counterfactuals.dir(),
                     "\" does not say how many variants it has"));
  }
  return options;
}

}  // namespace maskfill
