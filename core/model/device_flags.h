// The flags of every program that runs a model: --device --precision
// --batch_size.
#ifndef MASKFILL_CORE_MODEL_DEVICE_FLAGS_H_
#define MASKFILL_CORE_MODEL_DEVICE_FLAGS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "core/model/device.h"

namespace maskfill {

struct ComputeOptions {
  c10::Device device = c10::Device(c10::kCPU);
  Precision precision = Precision::kFp32;
  int64_t batch_size = 64;  // images per forward pass
};

// Fills the options from the flags. InvalidArgument lists every wrong one; a
// program adds that message to its own FlagErrors.
absl::StatusOr<ComputeOptions> ComputeOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_DEVICE_FLAGS_H_
