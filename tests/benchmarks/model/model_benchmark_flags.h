// The flags of model_benchmark.
#ifndef MASKFILL_TESTS_BENCHMARKS_MODEL_MODEL_BENCHMARK_FLAGS_H_
#define MASKFILL_TESTS_BENCHMARKS_MODEL_MODEL_BENCHMARK_FLAGS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "core/model/device.h"

namespace maskfill {

struct ModelBenchmarkOptions {
  std::string mode;  // empty: modes come from stdin, one per line
  int64_t patch_size = 32;
  int64_t width = 768;
  int64_t layers = 12;
  int64_t batch_size = 32;
  int64_t iterations = 2;             // timed batches per line of output
  std::string objective = "fd_mask";  // of training steps
  bool recompute = false;             // their activations
  int threads = 2;
  // Processor time instead of elapsed time: for one thread on a busy machine.
  bool cpu_clock = false;
  c10::Device device = c10::Device(c10::kCPU);
  Precision precision = Precision::kFp32;
};

absl::StatusOr<ModelBenchmarkOptions> ModelBenchmarkOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_TESTS_BENCHMARKS_MODEL_MODEL_BENCHMARK_FLAGS_H_
