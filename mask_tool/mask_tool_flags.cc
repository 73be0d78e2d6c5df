#include "mask_tool/mask_tool_flags.h"

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(cams, "",
              "stage directory of CAMs made by cam_tool from --input; needed "
              "for object and context masks");
DEFINE_string(mask, "object",
              "what is masked: object (relevance > --threshold), context "
              "(relevance <= --threshold) or random (each patch with "
              "probability --rate)");
DEFINE_double(threshold, 0.3,
              "of object and context masks, 0 to 1: relevance divided by the "
              "image's largest; the paper's 0.3 is for object masks with "
              "single-fill");
DEFINE_double(rate, 0.5,
              "of random masks, 0 to 1: probability that a patch is masked");
DEFINE_string(fill, "single",
              "what comes in its place: none, single (all patches from one "
              "other image) or multi (each patch from an image of its own)");
DEFINE_string(donors, "any",
              "which images patches are taken from: any (other image of "
              "--input) or other_class");
DEFINE_bool(allow_self_donor, false,
            "an image may be its own donor, as in the reference's single-fill");
DEFINE_int32(variants, 1, "counterfactuals per image, 1 to 1000");
DEFINE_string(payload, "pixels",
              "what is stored: pixels (refilled, ready for training) or recipe "
              "(mask and donors only)");
DEFINE_string(stats, "",
              "file for a JSON summary of the masks: share of masked patches, "
              "histogram, empty and full masks");
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

void CheckShare(const char* name, double value, FlagErrors* errors) {
  if (value >= 0 && value <= 1) return;
  errors->Add(absl::StrCat("--", name, " is ", value, ", expected 0 to 1"));
}

void CheckTogether(const MaskToolOptions& options, FlagErrors* errors) {
  const CounterfactualOptions& cf = options.counterfactual;
  if (cf.mask.kind != MaskKind::kRandom && options.cams.empty()) {
    errors->Add(absl::StrCat("--cams is missing: ", ToString(cf.mask.kind),
                             " masks are cut from the CAMs that cam_tool made "
                             "from --input"));
  }
  if (cf.mask.kind == MaskKind::kRandom && options.cams.empty() &&
      cf.patch_size == 0) {
    errors->Add(
        "--patch_size is missing: random masks without --cams need the "
        "model's patch size in px, e.g. --patch_size=32 for ViT-B/32");
  }
  if (cf.variants > 1 && cf.fill == FillKind::kNone &&
      cf.mask.kind != MaskKind::kRandom) {
    errors->Add(absl::StrCat("--variants is ", cf.variants, ", but ",
                             ToString(cf.mask.kind),
                             " masks without fill are all the same: use "
                             "--variants=1 or another --fill"));
  }
}

}  // namespace

absl::StatusOr<MaskToolOptions> MaskToolOptionsFromFlags() {
  FlagErrors errors;
  MaskToolOptions options;
  TakeInputFlag(&options.run, &errors);
  TakeOutputFlags("a directory to write", &options.run, &errors);
  TakeTaskFlags(&options.run, &errors);
  TakeSeedFlag(&options.run);
  TakeProgressFlag(&options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  options.cams = FLAGS_cams;
  options.stats = FLAGS_stats;
  options.preview = FLAGS_preview;
  CounterfactualOptions& cf = options.counterfactual;
  Take(ParseMaskKind(FLAGS_mask), &cf.mask.kind, &errors);
  Take(ParseFillKind(FLAGS_fill), &cf.fill, &errors);
  Take(ParseDonorRule(FLAGS_donors), &cf.donors, &errors);
  Take(ParseCounterfactualPayload(FLAGS_payload), &cf.payload, &errors);
  CheckShare("threshold", FLAGS_threshold, &errors);
  CheckShare("rate", FLAGS_rate, &errors);
  cf.mask.threshold = FLAGS_threshold;
  cf.mask.rate = FLAGS_rate;
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
  CheckTogether(options, &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
