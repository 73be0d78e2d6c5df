#include "spurious_shapes/make_spurious_shapes_flags.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_int64(train_size, 3000,
             "images of the training set, 10 to 10000000; classes take turns");
DEFINE_int64(test_size, 1000,
             "images of each of the six test sets, 10 to 10000000");
DEFINE_double(correlation, 0.95,
              "probability that a training or ID test image has its class's "
              "usual background, 0 to 1; 0.1 is no correlation");
DEFINE_int64(image_size, 56,
             "px per side, without ObjectNet's border, 8 to 2048; the pictures "
             "are designed for 56");
DEFINE_string(suites, "all",
              "sets to write, comma separated: train, id, v2, r, sketch, "
              "objectnet, a; or all");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"output", {.path = FlagPath::kOutputDirectory, .required = true}},
    {"suites",
     {.list = true,
      .values = {"train", "id", "v2", "r", "sketch", "objectnet", "a", "all"}}},
});

std::vector<Suite> ParseSuites(const std::string& list, FlagErrors* errors) {
  if (list == "all") return BenchmarkOptions::AllSuites();
  std::vector<Suite> suites;
  for (const std::string& name : ParseList(list)) {
    const absl::StatusOr<Suite> suite = ParseSuite(name);
    if (!suite.ok()) {
      errors->Add(
          absl::StrCat("--suites: ", suite.status().message(), "; or all"));
      continue;
    }
    suites.push_back(*suite);
  }
  if (suites.empty()) errors->Add("--suites names no set");
  std::sort(suites.begin(), suites.end());
  suites.erase(std::unique(suites.begin(), suites.end()), suites.end());
  return suites;
}

}  // namespace

absl::StatusOr<BenchmarkOptions> BenchmarkOptionsFromFlags() {
  FlagErrors errors;
  BenchmarkOptions options;
  TakeOutputFlags("a directory to write", &options.run, &errors);
  TakeSeedFlag(&options.run);
  TakeProgressFlag(&options.run, &errors);
  TakeThreadFlag(&options.run, &errors);

  constexpr int64_t kMostImages = 10'000'000;
  errors.CheckRange("train_size", FLAGS_train_size, kNumShapes, kMostImages);
  errors.CheckRange("test_size", FLAGS_test_size, kNumShapes, kMostImages);
  errors.CheckRange("image_size", FLAGS_image_size, 8, 2048);
  errors.CheckRange("correlation", FLAGS_correlation, 0, 1);
  options.train_size = FLAGS_train_size;
  options.test_size = FLAGS_test_size;
  options.image_size = FLAGS_image_size;
  options.correlation = FLAGS_correlation;
  options.suites = ParseSuites(FLAGS_suites, &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
