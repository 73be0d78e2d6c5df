#include "model_tool/merge_models_flags.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/glob.h"
#include "core/base/names.h"
#include "core/base/status_macros.h"
#include "core/model/device_flags.h"
#include "core/work/number_list.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

namespace maskfill {
namespace {

std::string OnlyFor(bool MergeMethod::* takes) {
  return absl::StrCat("; only for ", MergeMethodsThat(takes));
}

}  // namespace
}  // namespace maskfill

DEFINE_string(checkpoints, "",
              "checkpoints of one model: directories or quoted globs, comma "
              "separated. What a glob matches comes in natural order, step-20 "
              "before step-100; where the order counts (see --method), give "
              "the first one by itself. States that train keeps "
              "('runs/ft/state/step-*', see train --keep_states) are taken too "
              "once the run is finished");
DEFINE_string(method, "wise_ft",
              maskfill::FlagHelp(maskfill::DescribeMergeMethods()));
DEFINE_string(
    alpha, "0.5",
    maskfill::FlagHelp(absl::StrCat(
        "share of the second checkpoint, 0 to 1; a comma separated list makes "
        "a directory alpha-0.1 and so on in --output for each",
        maskfill::OnlyFor(&maskfill::MergeMethod::takes_alpha))));
DEFINE_double(decay, 0.9,
              maskfill::FlagHelp(absl::StrCat(
                  "what is left of the average at each further state, 0 to 1",
                  maskfill::OnlyFor(&maskfill::MergeMethod::takes_decay))));
DEFINE_double(
    beta_shape, 0.5,
    maskfill::FlagHelp(absl::StrCat(
        "both parameters of the Beta distribution, above 0 to 100: below 1 the "
        "first and the last states count most, above 1 those between",
        maskfill::OnlyFor(&maskfill::MergeMethod::takes_beta_shape))));

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"checkpoints",
     {.path = FlagPath::kInputDirectory, .list = true, .required = true}},
    {"output", {.path = FlagPath::kOutputDirectory, .required = true}},
    {"method", {.values = NamesOf(AllMergeMethods())}},
});

// Flags that only some methods have.
constexpr std::pair<const char*, bool MergeMethod::*> kFlagsOfMethods[] = {
    {"alpha", &MergeMethod::takes_alpha},
    {"decay", &MergeMethod::takes_decay},
    {"beta_shape", &MergeMethod::takes_beta_shape},
    {"input", &MergeMethod::needs_held_out},
    {"device", &MergeMethod::needs_held_out},
    {"precision", &MergeMethod::needs_held_out},
    {"batch_size", &MergeMethod::needs_held_out},
    {"progress", &MergeMethod::needs_held_out},
};

void CheckFlagsOfMethod(const MergeMethod& method, FlagErrors* errors) {
  for (const auto& [flag, takes] : kFlagsOfMethods) {
    if (method.*takes) continue;
    errors->RefuseIfGiven(flag, absl::StrCat("--method=", method.name));
  }
}

void TakeHeldOutFlags(MergeModelsOptions* options, FlagErrors* errors) {
  TakeInputFlag(&options->run, errors);
  TakeProgressFlag(&options->run, errors);
  TakeComputeFlags(&options->compute, errors);
}

}  // namespace

absl::StatusOr<MergeModelsOptions> MergeModelsOptionsFromFlags() {
  FlagErrors errors;
  MergeModelsOptions options;
  TakeOutputFlags("a checkpoint directory to write", &options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  options.alphas = ParseNumberList("alpha", FLAGS_alpha, "0 to 1", &errors);
  options.decay = FLAGS_decay;
  options.beta_shape = FLAGS_beta_shape;
  const auto checkpoints = ExpandGlobs(ParseList(FLAGS_checkpoints));
  if (checkpoints.ok()) options.checkpoints = *checkpoints;
  const auto method = ParseMergeMethod(FLAGS_method);
  errors.Add(method.status());
  if (method.ok()) {
    options.method = *method;
    CheckFlagsOfMethod(**method, &errors);
    if ((*method)->needs_held_out) TakeHeldOutFlags(&options, &errors);
    // How many there are is not known before all patterns match.
    if (checkpoints.ok()) errors.Add(CheckMergeModelsOptions(options));
  }
  RETURN_IF_ERROR(errors.ToStatus());
  RETURN_IF_ERROR(Annotate(checkpoints.status(), "--checkpoints"));
  return options;
}

}  // namespace maskfill
