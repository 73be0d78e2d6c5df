#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/flag_facts.h"
#include "core/base/names.h"
#include "core/masking/counterfactual_flags.h"
#include "core/masking/fill_kind.h"
#include "gflags/gflags.h"

namespace maskfill {
namespace {

const char* FillHelp() {
  return FlagHelp(absl::StrCat(
      "what comes in its place: ",
      absl::StrJoin(FillRules(), "; ",
                    [](std::string* out, const FillRule& rule) {
                      absl::StrAppend(out, rule.name, " (", rule.meaning, ")");
                    })));
}

}  // namespace
}  // namespace maskfill

DEFINE_string(fill, "single", maskfill::FillHelp());
DEFINE_string(donor_input, "",
              "stage directory of the images that patches are taken from, or "
              "their mean colour; empty: those of --input");
DEFINE_string(donors, "any",
              "which of them patches are taken from: any (other image) or "
              "other_class (images that share no label with the one to fill); "
              "where counterfactuals are made for a training step also batch "
              "(other images of the step)");
DEFINE_bool(allow_self_donor, false,
            "an image may be its own donor, as in the reference's single-fill");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"fill", {.values = NamesOf(FillRules())}},
    {"donor_input", {.path = FlagPath::kInputDirectory}},
    {"donors", {.values = {"any", "other_class", "batch"}}},
});

}  // namespace

void TakeFillFlags(CounterfactualOptions* options, std::string* donor_input,
                   FlagErrors* errors) {
  errors->Take(ParseFillKind(FLAGS_fill), &options->fill);
  errors->Take(ParseDonorRule(FLAGS_donors), &options->donors);
  options->allow_self_donor = FLAGS_allow_self_donor;
  *donor_input = FLAGS_donor_input;
  const FillRule& fill = RuleOf(options->fill);
  const std::string user = absl::StrCat("--fill=", fill.name);
  if (!fill.takes_pool) errors->RefuseIfGiven("donor_input", user);
  if (!fill.takes_donors) {
    errors->RefuseIfGiven({"donors", "allow_self_donor"}, user);
  } else if (options->donors == DonorRule::kOtherClass) {
    errors->RefuseIfGiven("allow_self_donor", "--donors=other_class");
  }
}

void RefuseFillFlags(absl::string_view user, FlagErrors* errors) {
  errors->RefuseIfGiven({"fill", "donor_input", "donors", "allow_self_donor"},
                        user);
}

}  // namespace maskfill
