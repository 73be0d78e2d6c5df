#include "cam_tool/cam_tool_flags.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/names.h"
#include "core/base/status_macros.h"
#include "core/model/device_flags.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

namespace maskfill {
namespace {

std::string OnlyFor(bool CamKind::* takes) {
  return absl::StrCat("; only for ", CamKindsThat(takes));
}

}  // namespace
}  // namespace maskfill

DEFINE_string(
    checkpoint, "",
    maskfill::FlagHelp(absl::StrCat(
        "directory of a checkpoint; with a classifier head, as build_zeroshot "
        "and train write them, for ",
        maskfill::CamKindsThat(&maskfill::CamKind::explains_class), "; of it ",
        maskfill::CamKindsThat(&maskfill::CamKind::takes_seed),
        " uses the grid of patches alone")));
DEFINE_string(method, "attribution",
              maskfill::FlagHelp(absl::StrCat("how relevance is computed: ",
                                              maskfill::DescribeCamKinds())));
DEFINE_string(layers, "all",
              maskfill::FlagHelp(absl::StrCat(
                  "which layers take part: all (as in the paper), last, or a "
                  "number N of layers, the last N",
                  maskfill::OnlyFor(&maskfill::CamKind::takes_layers))));
DEFINE_string(target, "label",
              maskfill::FlagHelp(absl::StrCat(
                  "whose logit is explained: label (as in the paper), "
                  "predicted, or the number of a class, a row of the head "
                  "from 0",
                  maskfill::OnlyFor(&maskfill::CamKind::explains_class))));

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"input", {.required = true}},
    {"output", {.path = FlagPath::kOutputDirectory, .required = true}},
    {"checkpoint", {.path = FlagPath::kInputDirectory, .required = true}},
    {"method", {.values = NamesOf(AllCamKinds())}},
});

void TakeLayers(const std::string& text, CamToolOptions* options,
                FlagErrors* errors) {
  if (text == "all") {
    options->layers = 0;
  } else if (text == "last") {
    options->layers = 1;
  } else if (!absl::SimpleAtoi(text, &options->layers) || options->layers < 1) {
    errors->Add(absl::StrCat("--layers is \"", text,
                             "\", expected all, last or a number from 1"));
  }
}

// Flags that only some kinds have.
constexpr std::pair<const char*, bool CamKind::*> kFlagsOfKinds[] = {
    {"layers", &CamKind::takes_layers},   {"target", &CamKind::explains_class},
    {"seed", &CamKind::takes_seed},       {"device", &CamKind::needs_model},
    {"precision", &CamKind::needs_model}, {"batch_size", &CamKind::needs_model},
};

void TakeTarget(CamToolOptions* options, FlagErrors* errors) {
  errors->Take(ParseCamTarget(FLAGS_target), &options->target);
}

void TakeFlagsOfKind(const CamKind& kind, CamToolOptions* options,
                     FlagErrors* errors) {
  options->kind = &kind;
  for (const auto& [flag, takes] : kFlagsOfKinds) {
    if (kind.*takes) continue;
    errors->RefuseIfGiven(flag, absl::StrCat("--method=", kind.name));
  }
  if (kind.takes_layers) TakeLayers(FLAGS_layers, options, errors);
  if (kind.explains_class) TakeTarget(options, errors);
  if (kind.takes_seed) TakeSeedFlag(&options->run);
  if (kind.needs_model) TakeComputeFlags(&options->compute, errors);
}

}  // namespace

absl::StatusOr<CamToolOptions> CamToolOptionsFromFlags() {
  FlagErrors errors;
  CamToolOptions options;
  TakeInputFlag(&options.run, &errors);
  TakeOutputFlags("a directory to write", &options.run, &errors);
  TakeTaskFlags(&options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  TakeProgressFlag(&options.run, &errors);
  options.checkpoint = FLAGS_checkpoint;
  if (options.checkpoint.empty()) {
    errors.Add(
        "--checkpoint is missing: the directory of a checkpoint, as "
        "build_zeroshot writes it");
  }
  const absl::StatusOr<const CamKind*> kind = ParseCamKind(FLAGS_method);
  errors.Add(kind.status());
  if (kind.ok()) TakeFlagsOfKind(**kind, &options, &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
