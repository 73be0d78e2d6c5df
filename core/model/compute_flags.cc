#include "core/model/device_flags.h"

namespace maskfill {

void TakeComputeFlags(ComputeOptions* options, FlagErrors* errors) {
  TakeDeviceFlag(options, errors);
  TakePrecisionFlag(options, errors);
  TakeBatchSizeFlag(options, errors);
}

}  // namespace maskfill
