// The flags of every program that runs a model, one group to a file: a program
// has exactly the groups that it takes (core/work/run_flags.h).
#ifndef MASKFILL_CORE_MODEL_DEVICE_FLAGS_H_
#define MASKFILL_CORE_MODEL_DEVICE_FLAGS_H_

#include <cstdint>

#include "c10/core/Device.h"
#include "core/base/flag_errors.h"
#include "core/model/device.h"

namespace maskfill {

struct ComputeOptions {
  c10::Device device = c10::Device(c10::kCPU);
  Precision precision = Precision::kFp32;
  int64_t batch_size = 64;  // images per forward pass
};

// Each fills its part of `options` and adds to `errors` what is wrong.

// --device
void TakeDeviceFlag(ComputeOptions* options, FlagErrors* errors);
// --precision, after --device: not every device has every precision.
void TakePrecisionFlag(ComputeOptions* options, FlagErrors* errors);
// --batch_size
void TakeBatchSizeFlag(ComputeOptions* options, FlagErrors* errors);
// All three.
void TakeComputeFlags(ComputeOptions* options, FlagErrors* errors);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_DEVICE_FLAGS_H_
