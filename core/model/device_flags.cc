#include "core/model/device_flags.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gflags/gflags.h"

DEFINE_string(device, "auto",
              "where the model runs: auto (the first CUDA device, else the "
              "CPU), cpu, cuda or cuda:N");
DEFINE_string(precision, "fp32",
              "fp32, or bf16: faster, about three significant digits");
DEFINE_int64(batch_size, 64,
             "images per forward pass, 1 to 65536; more need more memory");

namespace maskfill {

absl::StatusOr<ComputeOptions> ComputeOptionsFromFlags() {
  ComputeOptions options;
  std::vector<std::string> errors;
  if (auto device = ParseDevice(FLAGS_device); device.ok()) {
    options.device = *device;
  } else {
    errors.push_back(absl::StrCat("--device: ", device.status().message()));
  }
  if (auto precision = ParsePrecision(FLAGS_precision); precision.ok()) {
    options.precision = *precision;
  } else {
    errors.push_back(
        absl::StrCat("--precision: ", precision.status().message()));
  }
  options.batch_size = FLAGS_batch_size;
  if (options.batch_size < 1 || options.batch_size > 65536) {
    errors.push_back(absl::StrCat("--batch_size is ", options.batch_size,
                                  ", expected 1 to 65536"));
  }
  if (!errors.empty()) {
    return absl::InvalidArgumentError(absl::StrJoin(errors, "; "));
  }
  return options;
}

}  // namespace maskfill
