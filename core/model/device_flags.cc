#include "core/model/device_flags.h"

#include "absl/strings/str_cat.h"
#include "gflags/gflags.h"

DEFINE_string(device, "auto",
              "where the model runs: auto (the first CUDA device, else the "
              "CPU), cpu, cuda or cuda:N");

namespace maskfill {

void TakeDeviceFlag(ComputeOptions* options, FlagErrors* errors) {
  if (const auto device = ParseDevice(FLAGS_device); device.ok()) {
    options->device = *device;
  } else {
    errors->Add(absl::StrCat("--device: ", device.status().message()));
  }
}

}  // namespace maskfill
