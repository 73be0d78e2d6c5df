// What a run of make_spurious_shapes is told.
#ifndef MASKFILL_SPURIOUS_SHAPES_DATASET_BENCHMARK_OPTIONS_H_
#define MASKFILL_SPURIOUS_SHAPES_DATASET_BENCHMARK_OPTIONS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "spurious_shapes/suites.h"

namespace maskfill {

struct BenchmarkOptions {
  std::string output;  // directory
  uint64_t seed = 0;
  int64_t train_size = 3000;  // images
  int64_t test_size = 1000;   // images of each test set
  double correlation = 0.95;  // P(usual background) in train and ID test
  int64_t image_size = 56;    // px, without borders
  std::vector<Suite> suites = AllSuites();  // in order, each once

  bool overwrite = false;    // replace a benchmark made with other options
  bool dry_run = false;      // of the program: print the plan, write nothing
  std::string summary_json;  // path, or empty
  ProgressMode progress = ProgressMode::kAuto;
  int num_threads = 0;  // 0: all cores

  static std::vector<Suite> AllSuites();

  int64_t SizeOf(Suite suite) const {
    return suite == Suite::kTrain ? train_size : test_size;
  }
  // The options that decide the bytes, by name, as text.
  std::map<std::string, std::string> Resolved() const;
  // SHA-256 hex over the renderer's version and Resolved().
  std::string Fingerprint() const;
};

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DATASET_BENCHMARK_OPTIONS_H_
