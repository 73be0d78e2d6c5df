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

enum class Precision {
  // Products of float32 are exact to float32, on CUDA too (LibTorch's own
  // default for convolutions there is TF32).
  kFp32,
  // float32 as well, but CUDA multiplies in TF32: 10 bits of mantissa.
  kTf32,
  // Frozen models: weights and activations in bfloat16. Training: activations
  // in bfloat16 between float32 parameters, on the CPU by bfloat16 copies of
  // the weights (VisionTransformer::Prepare), on CUDA by autocast.
  kBf16,
};
// "fp32", "tf32" or "bf16".
absl::StatusOr<Precision> ParsePrecision(absl::string_view text);
std::string ToString(Precision precision);
// Dtype of a frozen model's weights.
c10::ScalarType WeightDtype(Precision precision);

// For a program that runs a model, once, before it does: how CUDA multiplies
// float32, and the threads of LibTorch's operators (0: as many as LibTorch
// takes by itself).
void SetUpCompute(Precision precision, int num_threads);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_DEVICE_H_
