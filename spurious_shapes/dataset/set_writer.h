// One set of the benchmark on disk.
#ifndef MASKFILL_SPURIOUS_SHAPES_DATASET_SET_WRITER_H_
#define MASKFILL_SPURIOUS_SHAPES_DATASET_SET_WRITER_H_

#include "absl/status/statusor.h"
#include "core/base/progress.h"
#include "core/work/run.h"
#include "spurious_shapes/dataset/benchmark_options.h"
#include "spurious_shapes/dataset/benchmark_state.h"
#include "spurious_shapes/suites.h"

namespace maskfill {

// What a set leaves below the benchmark's directory: the class folders of
// pictures and masks, which are its results, and the scene list.
RunFiles SetFiles(Suite suite);

// Whether all of these are there, with exactly the files they should have.
absl::StatusOr<bool> IsWritten(const BenchmarkOptions& options, Suite suite);

// Renders all pictures of `suite` and publishes class folders, masks and scene
// list as a whole; what an earlier run left of them is removed first. On any
// error nothing of the set is left. Cancelled: preempted. InvalidArgument, with
// nothing removed, when files of other origin lie there. Memory does not grow
// with the set.
absl::StatusOr<SetSummary> WriteSet(const BenchmarkOptions& options,
                                    Suite suite, Progress* progress);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DATASET_SET_WRITER_H_
