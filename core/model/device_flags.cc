#include "core/model/device_flags.h"

#include "gflags/gflags.h"

DEFINE_string(device, "auto",
              "where the model runs: auto (the first CUDA device, else the "
              "CPU), cpu, cuda or cuda:N");

namespace maskfill {

void TakeDeviceFlag(ComputeOptions* options, FlagErrors* errors) {
  errors->Take(ParseDevice(FLAGS_device), &options->device, "device");
}

}  // namespace maskfill
