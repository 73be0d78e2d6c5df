#include "spurious_shapes/dataset/benchmark_options.h"

#include "absl/strings/str_join.h"
#include "spurious_shapes/renderer.h"

namespace maskfill {

std::vector<Suite> BenchmarkOptions::AllSuites() {
  std::vector<Suite> suites;
  for (int i = 0; i < kNumSuites; ++i) suites.push_back(static_cast<Suite>(i));
  return suites;
}

Work BenchmarkWork(const BenchmarkOptions& options) {
  std::vector<absl::string_view> names;
  for (const Suite suite : options.suites) names.push_back(InfoOf(suite).name);
  Work work{.tool = "make_spurious_shapes",
            .algorithm_version = kRendererVersion,
            .seed = options.run.seed};
  work.AddNumber("correlation", options.correlation);
  work.AddNumber("image_size", options.image_size);
  work.AddOption("suites", absl::StrJoin(names, ","));
  work.AddNumber("test_size", options.test_size);
  work.AddNumber("train_size", options.train_size);
  return work;
}

}  // namespace maskfill
