#include "absl/strings/str_cat.h"
#include "core/base/flag_facts.h"
#include "core/model/device_flags.h"
#include "gflags/gflags.h"

DEFINE_string(precision, "fp32",
              "fp32; tf32: fp32 whose products CUDA computes with 10 bits of "
              "mantissa; or bf16: faster, about three significant digits");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"precision", {.values = {"fp32", "tf32", "bf16"}}},
});

}  // namespace

void TakePrecisionFlag(ComputeOptions* options, FlagErrors* errors) {
  if (const auto precision = ParsePrecision(FLAGS_precision); precision.ok()) {
    options->precision = *precision;
    if (*precision == Precision::kTf32 && !options->device.is_cuda()) {
      errors->Add(
          absl::StrCat("--precision=tf32 is of CUDA devices, and the "
                       "model runs on ",
                       options->device.str(), "; use fp32 or bf16"));
    }
  } else {
    errors->Add(absl::StrCat("--precision: ", precision.status().message()));
  }
}

}  // namespace maskfill
