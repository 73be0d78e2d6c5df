#include "mask_tool/mask_tool_flags.h"

#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/status_macros.h"
#include "core/masking/counterfactual_flags.h"
#include "core/masking/fill_kind.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(cams, "",
              "stage directory of CAMs made by cam_tool from --input; needed "
              "for object and context masks and for --stats");
DEFINE_string(rate_from, "",
              "of random masks, in place of --rate: stage directory of CAMs of "
              "--input; each image gets as many random patches as its object "
              "mask has, by --threshold, --percentile or --target_ratio");
DEFINE_int32(variants, 1, "counterfactuals per image, 1 to 1000");
DEFINE_string(payload, "pixels",
              "what is stored: pixels (refilled, ready for training) or recipe "
              "(mask and donors only)");
DEFINE_string(
    stats, "",
    "files to write about the CAMs, each .json or .md, separated by commas: "
    "what share of an image's patches object masks have at thresholds 0.1 to "
    "0.9, of all images and by class. With --cams and without --output nothing "
    "else is made");
DEFINE_string(
    preview, "",
    "file for a PNG contact sheet of eight images, spread over the set");
DEFINE_int32(patch_size, 0,
             "px, of random masks without --cams; 0: from the CAMs");
DEFINE_int32(image_size, 0,
             "px, to which original files are resized and cropped; 0: the size "
             "of the preprocessed pixels, 224 for original files");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"input", {.required = true, .unless = {"stats"}}},
    {"output",
     {.path = FlagPath::kOutputDirectory,
      .required = true,
      .unless = {"stats"}}},
    {"cams",
     {.path = FlagPath::kInputDirectory,
      .required = true,
      .unless = {"mask", "rate_from"}}},
    {"rate_from", {.path = FlagPath::kInputDirectory}},
    {"payload", {.values = {"pixels", "recipe"}}},
    {"stats", {.path = FlagPath::kOutputFile, .list = true}},
    {"preview", {.path = FlagPath::kOutputFile}},
});

void TakeMask(MaskToolOptions* options, FlagErrors* errors) {
  MaskOptions& mask = options->counterfactual.mask;
  mask.match_object_mask = !FLAGS_rate_from.empty();
  TakeMaskFlags(&mask, errors);
  options->cams = FLAGS_cams;
  if (mask.match_object_mask) {
    options->cams = FLAGS_rate_from;
    for (const char* other : {"cams", "rate"}) {
      if (!IsFlagGiven(other)) continue;
      errors->Add(absl::StrCat("--", other,
                               " and --rate_from are given, expected one of "
                               "them"));
    }
    if (mask.kind != MaskKind::kRandom) {
      errors->RefuseIfGiven("rate_from",
                            absl::StrCat("--mask=", ToString(mask.kind)));
    }
  }
}

void TakeFiles(MaskToolOptions* options, FlagErrors* errors) {
  options->stats = ParseList(FLAGS_stats);
  options->preview = FLAGS_preview;
  for (const std::string& path : options->stats) {
    if (absl::EndsWith(path, ".json") || absl::EndsWith(path, ".md")) continue;
    errors->Add(absl::StrCat("--stats has \"", path,
                             "\", expected a file that ends in .json or .md"));
  }
  if (options->stats.empty()) return;
  if (options->cams.empty()) {
    errors->Add("--cams is missing: --stats are of CAMs");
  }
  if (options->run.output.empty() && !options->preview.empty()) {
    errors->Add("--preview needs --output: without it only --stats are made");
  }
}

void CheckTogether(const MaskToolOptions& options, FlagErrors* errors) {
  const CounterfactualOptions& cf = options.counterfactual;
  const FillRule& fill = RuleOf(cf.fill);
  if (cf.mask.takes_relevance() && options.cams.empty()) {
    errors->Add(absl::StrCat("--cams is missing: ", ToString(cf.mask.kind),
                             " masks are cut from the CAMs that cam_tool made "
                             "from --input"));
  }
  if (!cf.mask.takes_relevance() && options.cams.empty() &&
      cf.patch_size == 0) {
    errors->Add(
        "--patch_size is missing: random masks without --cams need the "
        "model's patch size in px, e.g. --patch_size=32 for ViT-B/32");
  }
  if (cf.donors == DonorRule::kBatch) {
    errors->Add(
        "--donors is batch, expected any or other_class: a set has no batches "
        "(train --cam_source=online has)");
  }
  if (cf.variants > 1 && !fill.is_random && cf.mask.kind != MaskKind::kRandom) {
    errors->Add(
        absl::StrCat("--variants is ", cf.variants, ", but ",
                     ToString(cf.mask.kind), " masks with --fill=", fill.name,
                     " are all the same: use --variants=1 or another --fill"));
  }
}

}  // namespace

absl::StatusOr<MaskToolOptions> MaskToolOptionsFromFlags() {
  FlagErrors errors;
  MaskToolOptions options;
  TakeOutputFlags(FLAGS_stats.empty() ? "a directory to write" : "",
                  &options.run, &errors);
  // Statistics of CAMs need neither images nor a directory.
  const bool stats_alone = options.run.output.empty() && !FLAGS_stats.empty();
  if (!stats_alone) TakeInputFlag(&options.run, &errors);
  TakeTaskFlags(&options.run, &errors);
  TakeSeedFlag(&options.run);
  TakeProgressFlag(&options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  CounterfactualOptions& cf = options.counterfactual;
  TakeMask(&options, &errors);
  TakeFiles(&options, &errors);
  TakeFillFlags(&cf, &options.donor_input, &errors);
  errors.Take(ParseCounterfactualPayload(FLAGS_payload), &cf.payload);
  cf.variants = FLAGS_variants;
  errors.CheckRange("variants", FLAGS_variants, 1, 1000);
  cf.patch_size = FLAGS_patch_size;
  cf.image_size = FLAGS_image_size;
  if (FLAGS_patch_size < 0) {
    errors.Add(absl::StrCat("--patch_size is ", FLAGS_patch_size,
                            ", expected px, or 0 for the CAMs'"));
  }
  if (FLAGS_image_size < 0) {
    errors.Add(absl::StrCat("--image_size is ", FLAGS_image_size,
                            ", expected px, or 0 for the input's"));
  }
  if (!stats_alone) CheckTogether(options, &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
