#include "core/training/gradient_clipping.h"

#include "ATen/core/grad_mode.h"
#include "ATen/ops/_foreach_norm.h"
#include "ATen/ops/linalg_vector_norm.h"
#include "ATen/ops/stack.h"

namespace maskfill {

at::Tensor ClipGradientNorm(const FlatParameters& parameters, double max_norm) {
  at::NoGradGuard no_grad;
  // One norm over the flat buffer would sum 10^8 squares in single precision:
  // off by 0.4 % for 5 * 10^7. Per tensor it is PyTorch's number.
  const at::Tensor norm = at::linalg_vector_norm(
      at::stack(at::_foreach_norm(parameters.gradient_views(), 2)), 2);
  if (max_norm > 0) {
    const at::Tensor factor =
        norm.add(1e-6).reciprocal_().mul_(max_norm).clamp_max_(1.0);
    at::Tensor gradients = parameters.gradients();
    gradients.mul_(factor);
  }
  return norm;
}

}  // namespace maskfill
