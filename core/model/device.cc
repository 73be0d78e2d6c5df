#include "core/model/device.h"

#include <string>

#include "ATen/Context.h"
#include "ATen/Parallel.h"
#include "ATen/detail/CUDAHooksInterface.h"
#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/names.h"

namespace maskfill {
namespace {

// In the order of Precision.
constexpr const char* kPrecisions[] = {"fp32", "tf32", "bf16"};

}  // namespace

absl::StatusOr<c10::Device> ParseDevice(absl::string_view text) {
  // 0 without CUDA in LibTorch and without a driver.
  const int64_t num_cuda =
      at::hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0;
  if (text == "cpu") return c10::Device(c10::kCPU);
  if (text == "auto") {
    return num_cuda > 0 ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU);
  }
  absl::string_view index_text = text;
  int index = 0;
  if (!absl::ConsumePrefix(&index_text, "cuda") ||
      (!index_text.empty() &&
       (!absl::ConsumePrefix(&index_text, ":") ||
        !absl::SimpleAtoi(index_text, &index) || index < 0))) {
    return absl::InvalidArgumentError(
        absl::StrCat("device \"", text,
                     "\" is unknown; expected auto, cpu, cuda or cuda:N"));
  }
  if (index >= num_cuda) {
    return absl::InvalidArgumentError(
        absl::StrCat("device \"", text, "\" does not exist: found ", num_cuda,
                     " CUDA devices (0 also when LibTorch is a CPU build); use "
                     "--device=cpu or --device=auto"));
  }
  return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
}

absl::StatusOr<Precision> ParsePrecision(absl::string_view text) {
  return ParseName<Precision>(kPrecisions, text,
                              "precision \"$0\" is unknown; expected $1");
}

std::string ToString(Precision precision) {
  return kPrecisions[static_cast<size_t>(precision)];
}

c10::ScalarType WeightDtype(Precision precision) {
  return precision == Precision::kBf16 ? c10::ScalarType::BFloat16
                                       : c10::ScalarType::Float;
}

void SetUpCompute(Precision precision, int num_threads) {
  at::globalContext().setAllowTF32CuBLAS(precision == Precision::kTf32);
  at::globalContext().setAllowTF32CuDNN(precision == Precision::kTf32);
  if (num_threads > 0) at::set_num_threads(num_threads);
}

}  // namespace maskfill
