// What make_spurious_shapes prints on stdout.
#ifndef MASKFILL_SPURIOUS_SHAPES_DATASET_BENCHMARK_REPORT_H_
#define MASKFILL_SPURIOUS_SHAPES_DATASET_BENCHMARK_REPORT_H_

#include <string>

#include "spurious_shapes/dataset/benchmark_options.h"
#include "spurious_shapes/dataset/make_spurious_shapes.h"

namespace maskfill {

// What was done, and a line per set: name, pictures, share with their class's
// usual background, and how to ingest it.
std::string ResultText(const BenchmarkOptions& options,
                       const MakeSpuriousShapesStats& stats);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DATASET_BENCHMARK_REPORT_H_
