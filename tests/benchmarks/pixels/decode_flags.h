// Flags of decode_benchmark.
#ifndef MASKFILL_TESTS_BENCHMARKS_PIXELS_DECODE_FLAGS_H_
#define MASKFILL_TESTS_BENCHMARKS_PIXELS_DECODE_FLAGS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace maskfill {

struct DecodeBenchmarkOptions {
  std::string source;    // directory of image files, read with its subfolders
  int64_t size = 224;    // px of the result
  double seconds = 3.0;  // at least this long
};

absl::StatusOr<DecodeBenchmarkOptions> DecodeBenchmarkOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_TESTS_BENCHMARKS_PIXELS_DECODE_FLAGS_H_
