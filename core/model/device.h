// Where and how exactly a model computes.
#ifndef MASKFILL_CORE_MODEL_DEVICE_H_
#define MASKFILL_CORE_MODEL_DEVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"

namespace maskfill {

// "cpu", "cuda", "cuda:1", or "auto": the first CUDA device when there is one,
// else the CPU. InvalidArgument for anything else and for a CUDA device that
// this machine or this LibTorch does not have.
absl::StatusOr<c10::Device> ParseDevice(absl::string_view text);

// For a program that runs a model, once, before it does: the threads of
// LibTorch's operators, and freed memory stays with the process. An operator's
// result takes tens of MB; without this each one is given back and paged in
// anew (8 % of a forward pass of ViT-B/32 in one measurement).
void SetUpCpu(int num_threads);

enum class Precision {
  kFp32,
  // Frozen models: weights and activations in bfloat16. Training: autocast.
  kBf16,
};
// "fp32" or "bf16".
absl::StatusOr<Precision> ParsePrecision(absl::string_view text);
std::string ToString(Precision precision);
// Dtype of a frozen model's weights.
c10::ScalarType WeightDtype(Precision precision);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_DEVICE_H_
