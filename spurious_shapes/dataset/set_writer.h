// One set of the benchmark on disk.
#ifndef MASKFILL_SPURIOUS_SHAPES_DATASET_SET_WRITER_H_
#define MASKFILL_SPURIOUS_SHAPES_DATASET_SET_WRITER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/progress.h"
#include "spurious_shapes/dataset/benchmark_options.h"
#include "spurious_shapes/dataset/benchmark_state.h"
#include "spurious_shapes/suites.h"

namespace maskfill {

// Where a set's parts lie below the benchmark's directory.
std::string SetDirectory(Suite suite);    // "objectnet-1.0/images"
std::string MasksDirectory(Suite suite);  // "masks/objectnet-1.0/images"
std::string ScenesPath(Suite suite);      // "scenes/objectnet.csv"

// Renders all pictures of `suite` and publishes class folders, masks and scene
// list as a whole; what was under these names is removed first. On any error
// nothing of the set is left. Cancelled: preempted. Memory does not grow with
// the set.
absl::StatusOr<SetSummary> WriteSet(const BenchmarkOptions& options,
                                    Suite suite, Progress* progress);

// Removes a set's parts; OK when they are absent.
absl::Status RemoveSet(const std::string& dir, Suite suite);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DATASET_SET_WRITER_H_
