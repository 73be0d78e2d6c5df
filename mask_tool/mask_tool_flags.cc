#include "mask_tool/mask_tool_flags.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/flag_errors.h"
#include "core/base/status_macros.h"
#include "core/masking/fill_kind.h"
#include "core/masking/relevance_cut.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

namespace maskfill {
namespace {

// For --help, which keeps the pointer.
const char* Help(const std::string& text) { return strdup(text.c_str()); }

std::string CutHelp(RelevanceCutKind kind) {
  return absl::StrCat(
      "of object masks: ", RuleOf(kind).meaning, "; of context masks: ",
      kind == RelevanceCutKind::kTargetRatio ? "that share, the least relevant"
                                             : "the others",
      ". One of --threshold, --percentile and --target_ratio");
}

std::string FillHelp() {
  return absl::StrCat("what comes in its place: ",
                      absl::StrJoin(FillRules(), "; ",
                                    [](std::string* out, const FillRule& rule) {
                                      absl::StrAppend(out, rule.name, " (",
                                                      rule.meaning, ")");
                                    }));
}

}  // namespace
}  // namespace maskfill

DEFINE_string(cams, "",
              "stage directory of CAMs made by cam_tool from --input; needed "
              "for object and context masks and for --stats");
DEFINE_string(mask, "object",
              "what is masked: object (the relevant patches), context (the "
              "others) or random (each patch with probability --rate, or as "
              "many as --rate_from says)");
DEFINE_double(
    threshold, 0.3,
    maskfill::Help(maskfill::CutHelp(maskfill::RelevanceCutKind::kThreshold)));
DEFINE_double(
    percentile, 0,
    maskfill::Help(maskfill::CutHelp(maskfill::RelevanceCutKind::kPercentile)));
DEFINE_double(target_ratio, 0,
              maskfill::Help(
                  maskfill::CutHelp(maskfill::RelevanceCutKind::kTargetRatio)));
DEFINE_double(rate, 0.5,
              "of random masks, 0 to 1: probability that a patch is masked");
DEFINE_string(rate_from, "",
              "of random masks, in place of --rate: stage directory of CAMs of "
              "--input; each image gets as many random patches as its object "
              "mask has, by --threshold, --percentile or --target_ratio");
DEFINE_string(fill, "single", maskfill::Help(maskfill::FillHelp()));
DEFINE_string(donor_input, "",
              "stage directory of the images that patches are taken from, or "
              "their mean colour; empty: those of --input");
DEFINE_string(donors, "any",
              "which of them patches are taken from: any (other image) or "
              "other_class (images that share no label with the one to fill)");
DEFINE_bool(allow_self_donor, false,
            "an image may be its own donor, as in the reference's single-fill");
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

// Adds the error of `parsed` or stores its value.
template <typename T>
void Take(absl::StatusOr<T> parsed, T* value, FlagErrors* errors) {
  if (parsed.ok()) {
    *value = *parsed;
  } else {
    errors->Add(parsed.status());
  }
}

bool IsGiven(const char* flag) {
  return !gflags::GetCommandLineFlagInfoOrDie(flag).is_default;
}

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
    const double value = ValueOf(rule.kind);
    if (!(value >= 0 && value <= rule.greatest)) {
      errors->Add(absl::StrCat("--", rule.name, " is ", value,
                               ", expected 0 to ", rule.greatest));
    }
    if (IsGiven(rule.name)) {
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
                             " is not used by random masks without "
                             "--rate_from; leave it out"));
  }
}

void TakeMask(MaskToolOptions* options, FlagErrors* errors) {
  MaskOptions& mask = options->counterfactual.mask;
  Take(ParseMaskKind(FLAGS_mask), &mask.kind, errors);
  options->cams = FLAGS_cams;
  if (!FLAGS_rate_from.empty()) {
    options->cams = FLAGS_rate_from;
    mask.match_object_mask = true;
    for (const char* other : {"cams", "rate"}) {
      if (!IsGiven(other)) continue;
      errors->Add(absl::StrCat("--", other,
                               " and --rate_from are given, expected one of "
                               "them"));
    }
    if (mask.kind != MaskKind::kRandom) {
      errors->Add(absl::StrCat("--rate_from is not used by --mask=",
                               ToString(mask.kind), "; leave it out"));
    }
  }
  TakeCut(&mask, errors);
  if (!(FLAGS_rate >= 0 && FLAGS_rate <= 1)) {
    errors->Add(absl::StrCat("--rate is ", FLAGS_rate, ", expected 0 to 1"));
  }
  mask.rate = FLAGS_rate;
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
  if (!options.donor_input.empty() && !fill.takes_pool) {
    errors->Add(absl::StrCat("--donor_input is not used by --fill=", fill.name,
                             "; leave it out"));
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
  options.donor_input = FLAGS_donor_input;
  Take(ParseFillKind(FLAGS_fill), &cf.fill, &errors);
  Take(ParseDonorRule(FLAGS_donors), &cf.donors, &errors);
  Take(ParseCounterfactualPayload(FLAGS_payload), &cf.payload, &errors);
  cf.allow_self_donor = FLAGS_allow_self_donor;
  cf.variants = FLAGS_variants;
  if (FLAGS_variants < 1 || FLAGS_variants > 1000) {
    errors.Add(
        absl::StrCat("--variants is ", FLAGS_variants, ", expected 1 to 1000"));
  }
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
