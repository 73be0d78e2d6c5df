// oneDNN's products for the CPU, reached through LibTorch's dispatcher.
#ifndef MASKFILL_CORE_MODEL_ONE_DNN_H_
#define MASKFILL_CORE_MODEL_ONE_DNN_H_

#include <optional>
#include <string_view>

#include "ATen/core/Tensor.h"

namespace maskfill {

// Whether it multiplies tensors of that dtype on that device: float32 and
// bfloat16 on the CPU, where this LibTorch has oneDNN and, for bfloat16, where
// the processor does.
bool HasOneDnn(at::Device device, at::ScalarType dtype);

// `weight` [O, I] with any strides, once it does not change any more, laid out
// as products read it: an opaque tensor of that shape that takes its place
// below and gives the same bits.
at::Tensor PackForOneDnn(const at::Tensor& weight);

// x [..., I] with any strides times weight [O, I] transposed, plus bias [O],
// all of one dtype: [..., O]. `activation`: "none" or "swish" (silu). Without
// gradients.
at::Tensor OneDnnLinear(const at::Tensor& x, const at::Tensor& weight,
                        const std::optional<at::Tensor>& bias = std::nullopt,
                        std::string_view activation = "none");

// OneDnnLinear(x, weight, bias) + residual [..., O], rounded once.
at::Tensor OneDnnLinearAdd(const at::Tensor& x, const at::Tensor& weight,
                           const std::optional<at::Tensor>& bias,
                           const at::Tensor& residual);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_ONE_DNN_H_
