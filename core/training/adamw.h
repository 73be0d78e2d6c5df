// AdamW over flat buffers.
#ifndef MASKFILL_CORE_TRAINING_ADAMW_H_
#define MASKFILL_CORE_TRAINING_ADAMW_H_

#include <cstdint>

#include "ATen/core/Tensor.h"

namespace maskfill {

struct AdamWOptions {
  double beta2 = 0.999;       // PyTorch's default
  double epsilon = 1e-8;      // PyTorch's default
  double weight_decay = 0.1;  // on every parameter (the method's recipe)
};

// torch.optim.AdamW: decoupled weight decay, bias-corrected moments, epsilon
// added after the root. beta1 is an argument of every step since the
// one-cycle schedule moves it.
//
// One pass over values, gradients and moments by ATen's fused kernel (CPU and
// CUDA); it differs from PyTorch's default implementation by rounding alone.
class AdamW {
 public:
  // `values` and `gradients`: [size] float32, contiguous, one device.
  AdamW(at::Tensor values, at::Tensor gradients, const AdamWOptions& options);

  // Updates the values from the gradients, which it leaves as they are.
  void Step(double learning_rate, double beta1);

  // The state beside the values: moments [size] float32, steps taken.
  const at::Tensor& first_moments() const { return first_moments_; }
  const at::Tensor& second_moments() const { return second_moments_; }
  int64_t step() const { return step_; }
  void set_step(int64_t step) { step_ = step; }

 private:
  const AdamWOptions options_;
  at::Tensor values_;
  at::Tensor gradients_;
  at::Tensor first_moments_;
  at::Tensor second_moments_;
  // [] float32 as the kernel takes it: exact up to 2^24 steps.
  at::Tensor steps_;
  int64_t step_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_ADAMW_H_
