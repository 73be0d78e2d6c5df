// Memory for time: what a backward pass needs is computed again there.
#ifndef MASKFILL_CORE_MODEL_RECOMPUTED_H_
#define MASKFILL_CORE_MODEL_RECOMPUTED_H_

#include <functional>

#include "ATen/core/Tensor.h"

namespace maskfill {

// function(x), with the same gradients and the same bits, of which nothing is
// kept for the backward pass but x: function(x) is computed once more there,
// just before what it keeps is needed (Chen et al., "Training deep nets with
// sublinear memory cost", 2016).
//
//   y = Recomputed([block](const at::Tensor& x) { return block.Forward(x); },
//                  x, parameters);
//
// `function` gives equal values both times, may be called from the thread of
// the backward pass, and what it refers to lives until then. `parameters`: all
// leaves that it uses; their gradients go the way they would without this.
// Where x needs no gradient it is function(x) and keeps what that keeps.
// Derivatives of its gradients are not there.
at::Tensor Recomputed(std::function<at::Tensor(const at::Tensor&)> function,
                      const at::Tensor& x, at::TensorList parameters);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_RECOMPUTED_H_
