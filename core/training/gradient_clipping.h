// Global-norm clipping.
#ifndef MASKFILL_CORE_TRAINING_GRADIENT_CLIPPING_H_
#define MASKFILL_CORE_TRAINING_GRADIENT_CLIPPING_H_

#include "ATen/core/Tensor.h"
#include "core/training/flat_parameters.h"

namespace maskfill {

// torch.nn.utils.clip_grad_norm_: the L2 norm of all gradients together, as
// the norm of the tensors' norms; the gradients are multiplied by
// min(1, max_norm / (norm + 1e-6)). `max_norm` 0: only the norm. Returns the
// norm before clipping, [] float32 on the gradients' device; does not wait
// for the device.
at::Tensor ClipGradientNorm(const FlatParameters& parameters, double max_norm);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_GRADIENT_CLIPPING_H_
