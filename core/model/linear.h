// The fastest exact product of activations and weights.
#ifndef MASKFILL_CORE_MODEL_LINEAR_H_
#define MASKFILL_CORE_MODEL_LINEAR_H_

#include "ATen/core/Tensor.h"

namespace maskfill {

// x [..., I] times weight [O, I] transposed, plus bias [O] (may be undefined):
// [..., O]. As at::linear, with gradients for all three.
//
// In float32 on the CPU at::linear goes to MKL; this goes to oneDNN where
// LibTorch has it, which adds the bias on the way and is 10 to 20 % faster
// (AVX2) or twice as fast (AVX-512) on AMD's processors and no slower on
// Intel's. Gradients go to MKL on Intel's processors, where it takes 0.3 to 1
// of oneDNN's time, and to oneDNN on others. Everywhere else it is at::linear.
at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight,
                  const at::Tensor& bias);

// sum [O, I] += factor * gradient [M, O] transposed times x [M, I], both of a
// dtype and device that oneDNN multiplies (HasOneDnn): the weight's gradient of
// Linear, whose dtype `sum` need not have.
void AddWeightGradient(const at::Tensor& gradient, const at::Tensor& x,
                       double factor, at::Tensor sum);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_LINEAR_H_
