#include "tests/benchmarks/pixels/decode_flags.h"

#include "absl/status/status.h"
#include "gflags/gflags.h"

DEFINE_string(source, "", "directory of image files, with subfolders");
DEFINE_int64(size, 224, "pixels per side of the result, >= 1");
DEFINE_double(seconds, 3.0, "how long to measure, > 0");

namespace maskfill {

absl::StatusOr<DecodeBenchmarkOptions> DecodeBenchmarkOptionsFromFlags() {
  if (FLAGS_source.empty() || FLAGS_size < 1 || FLAGS_seconds <= 0) {
    return absl::InvalidArgumentError(
        "--source=DIR is needed, --size at least 1, --seconds above 0");
  }
  return DecodeBenchmarkOptions{FLAGS_source, FLAGS_size, FLAGS_seconds};
}

}  // namespace maskfill
