// The fastest exact product of activations and weights.
#ifndef MASKFILL_CORE_MODEL_LINEAR_H_
#define MASKFILL_CORE_MODEL_LINEAR_H_

#include "ATen/core/Tensor.h"

namespace maskfill {

// x [..., I] times weight [O, I] transposed, plus bias [O] (may be undefined):
// [..., O]. As at::linear, with gradients for all three.
//
// In float32 on the CPU at::linear goes to MKL; this goes to oneDNN where
// LibTorch has it, which adds the bias on the way and is 10 to 20 % faster on
// AMD's processors and no slower on Intel's. Gradients go to MKL on Intel's
// processors, where it takes 0.3 to 1 of oneDNN's time, and to oneDNN on
// others. Everywhere else it is at::linear.
at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight,
                  const at::Tensor& bias);

// silu(Linear(x, weight, bias)), without a pass over the result of its own
// where gradients are not asked for.
at::Tensor LinearSilu(const at::Tensor& x, const at::Tensor& weight,
                      const at::Tensor& bias);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_LINEAR_H_
