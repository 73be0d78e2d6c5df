// What a run of make_spurious_shapes is told.
#ifndef MASKFILL_SPURIOUS_SHAPES_DATASET_BENCHMARK_OPTIONS_H_
#define MASKFILL_SPURIOUS_SHAPES_DATASET_BENCHMARK_OPTIONS_H_

#include <cstdint>
#include <vector>

#include "core/work/run_options.h"
#include "core/work/work.h"
#include "spurious_shapes/suites.h"

namespace maskfill {

struct BenchmarkOptions {
  RunOptions run;
  int64_t train_size = 3000;  // images
  int64_t test_size = 1000;   // images of each test set
  double correlation = 0.95;  // P(usual background) in train and ID test
  int64_t image_size = 56;    // px, without borders
  std::vector<Suite> suites = AllSuites();  // in order, each once

  static std::vector<Suite> AllSuites();

  int64_t SizeOf(Suite suite) const {
    return suite == Suite::kTrain ? train_size : test_size;
  }
};

// What decides the bytes.
Work BenchmarkWork(const BenchmarkOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DATASET_BENCHMARK_OPTIONS_H_
