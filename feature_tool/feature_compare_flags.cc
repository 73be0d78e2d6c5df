#include "feature_tool/feature_compare_flags.h"

#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(features, "",
              "directories of features of counterfactuals, as feature_tool "
              "--checkpoint=A,B writes them, comma separated; all of the same "
              "images, checkpoints and seed");
DEFINE_string(clean, "",
              "directory of the features of the same images as they are, by "
              "the same two checkpoints: the floor");
DEFINE_string(counterfactuals, "",
              "directories of the counterfactuals themselves, comma separated, "
              "in any order, whose manifests say how they were made; default: "
              "where feature_tool read them");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"features",
     {.path = FlagPath::kInputDirectory, .list = true, .required = true}},
    {"clean", {.path = FlagPath::kInputDirectory, .required = true}},
    {"counterfactuals", {.path = FlagPath::kInputDirectory, .list = true}},
    {"output", {.path = FlagPath::kOutputFile}},
});

}  // namespace

absl::StatusOr<FeatureCompareOptions> FeatureCompareOptionsFromFlags() {
  FlagErrors errors;
  FeatureCompareOptions options;
  options.features = ParseList(FLAGS_features);
  errors.Require("features", options.features,
                 "directories that feature_tool wrote, comma separated");
  options.counterfactuals = ParseList(FLAGS_counterfactuals);
  options.clean = FLAGS_clean;
  errors.Require(
      "clean", options.clean,
      "the directory that feature_tool wrote of the images themselves");
  // The output may be left out: the result is also printed.
  TakeOutputFlags("", &options.run, &errors);
  TakeProgressFlag(&options.run, &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
