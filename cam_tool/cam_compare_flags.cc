#include "cam_tool/cam_compare_flags.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(cams, "",
              "directories of CAMs of the same images, as cam_tool writes "
              "them, comma separated; at least two, or one with --masks");
DEFINE_string(masks, "",
              "directory of the images' object masks, <masks>/<id>.png, of any "
              "size: of Spurious Shapes the folder masks that "
              "make_spurious_shapes wrote, or the set's folder in it");
DEFINE_string(thresholds, "0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9",
              "of relevance, each 0 to below 1, comma separated: patches above "
              "it are the mask, as in mask_tool --mask=object --threshold");
DEFINE_double(object_coverage, 0.25,
              "a patch counts as object when more than this part of it is "
              "covered, 0 to below 1; only with --masks");
DEFINE_int64(border_px, 0,
             "px on each side of a mask that the images have lost, 0 to 100; 2 "
             "for ObjectNet and the set like it; only with --masks");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"cams",
     {.path = FlagPath::kInputDirectory, .list = true, .required = true}},
    {"masks", {.path = FlagPath::kInputDirectory}},
    {"output", {.path = FlagPath::kOutputFile}},
});

bool IsFraction(double value) { return value >= 0 && value < 1; }

std::vector<double> ParseThresholds(const std::string& list,
                                    FlagErrors* errors) {
  std::vector<double> thresholds;
  for (const std::string& text : ParseList(list)) {
    double threshold = 0;
    if (!absl::SimpleAtod(text, &threshold) || !IsFraction(threshold)) {
      errors->Add(absl::StrCat("--thresholds has \"", text,
                               "\", expected numbers from 0 to below 1, comma "
                               "separated"));
      continue;
    }
    thresholds.push_back(threshold);
  }
  if (list.empty()) {
    errors->Add("--thresholds is empty, expected numbers from 0 to below 1");
  }
  return thresholds;
}

}  // namespace

absl::StatusOr<CamCompareOptions> CamCompareOptionsFromFlags() {
  FlagErrors errors;
  CamCompareOptions options;
  options.cams = ParseList(FLAGS_cams);
  options.masks.dir = FLAGS_masks;
  if (options.cams.empty()) {
    errors.Add(
        "--cams is missing, expected directories that cam_tool wrote, comma "
        "separated");
  } else if (options.cams.size() == 1 && options.masks.dir.empty()) {
    errors.Add(absl::StrCat(
        "--cams is \"", FLAGS_cams,
        "\" alone, expected at least two directories, or --masks to compare "
        "with"));
  }
  if (options.masks.dir.empty()) {
    errors.RefuseIfGiven({"object_coverage", "border_px"},
                         "a comparison without --masks");
  }
  // Optional here: the result is also printed.
  FlagErrors no_output;
  TakeOutputFlags("a JSON file", &options.run, &no_output);
  options.thresholds = ParseThresholds(FLAGS_thresholds, &errors);
  options.masks.object_coverage = FLAGS_object_coverage;
  if (!IsFraction(FLAGS_object_coverage)) {
    errors.Add(absl::StrCat("--object_coverage is ", FLAGS_object_coverage,
                            ", expected 0 to below 1"));
  }
  options.masks.border_px = FLAGS_border_px;
  errors.CheckRange("border_px", FLAGS_border_px, 0, 100, " px");
  TakeProgressFlag(&options.run, &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
