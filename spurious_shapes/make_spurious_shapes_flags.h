// The flags of make_spurious_shapes.
#ifndef MASKFILL_SPURIOUS_SHAPES_MAKE_SPURIOUS_SHAPES_FLAGS_H_
#define MASKFILL_SPURIOUS_SHAPES_MAKE_SPURIOUS_SHAPES_FLAGS_H_

#include "absl/status/statusor.h"
#include "spurious_shapes/dataset/benchmark_options.h"

namespace maskfill {

// InvalidArgument lists every bad flag.
absl::StatusOr<BenchmarkOptions> BenchmarkOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_MAKE_SPURIOUS_SHAPES_FLAGS_H_
