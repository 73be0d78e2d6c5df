#include "absl/strings/str_cat.h"
#include "core/model/device_flags.h"
#include "gflags/gflags.h"

DEFINE_string(precision, "fp32",
              "fp32, or bf16: faster, about three significant digits");

namespace maskfill {

void TakePrecisionFlag(ComputeOptions* options, FlagErrors* errors) {
  if (const auto precision = ParsePrecision(FLAGS_precision); precision.ok()) {
    options->precision = *precision;
  } else {
    errors->Add(absl::StrCat("--precision: ", precision.status().message()));
  }
}

}  // namespace maskfill
