// The program make_spurious_shapes as a function.
#ifndef MASKFILL_SPURIOUS_SHAPES_DATASET_MAKE_SPURIOUS_SHAPES_H_
#define MASKFILL_SPURIOUS_SHAPES_DATASET_MAKE_SPURIOUS_SHAPES_H_

#include "absl/status/statusor.h"
#include "spurious_shapes/dataset/benchmark_options.h"
#include "spurious_shapes/dataset/benchmark_state.h"

namespace maskfill {

struct MakeSpuriousShapesStats {
  BenchmarkState state;       // what the directory now holds; not of dry runs
  bool already_done = false;  // nothing was left to do
  int64_t images = 0;         // written by this call
  double seconds = 0;
};

// Writes the benchmark's sets to options.run.output as
// spurious_shapes/README.md shows them: pictures, masks, scene lists,
// contact_sheet.png, classes.json, and spurious_shapes.json. The bytes of these
// depend on BenchmarkWork() alone (those of the compressed contact sheet also
// on libpng's and zlib's versions).
//
// Every set appears as a whole. A killed run goes on with the sets that are
// missing; a finished one is a quick no-op.
//
// Errors as of MakeRun (core/work/run.h); InvalidArgument also where files of
// other origin lie where a set would go. Cancelled: preempted.
absl::StatusOr<MakeSpuriousShapesStats> MakeSpuriousShapes(
    const BenchmarkOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DATASET_MAKE_SPURIOUS_SHAPES_H_
