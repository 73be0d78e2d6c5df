#include "core/model/device_flags.h"
#include "gflags/gflags.h"

DEFINE_int64(batch_size, 64,
             "images per forward pass, 1 to 65536; more need more memory");

namespace maskfill {

void TakeBatchSizeFlag(ComputeOptions* options, FlagErrors* errors) {
  options->batch_size = FLAGS_batch_size;
  errors->CheckRange("batch_size", FLAGS_batch_size, 1, 65536);
}

}  // namespace maskfill
