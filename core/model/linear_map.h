// A product of activations and parameters that keeps what makes it fast.
#ifndef MASKFILL_CORE_MODEL_LINEAR_MAP_H_
#define MASKFILL_CORE_MODEL_LINEAR_MAP_H_

#include <cstdint>
#include <memory>

#include "ATen/core/Tensor.h"

namespace maskfill {

struct LinearMapOptions {
  // Only outputs [first_output, first_output + num_outputs) of the parameters;
  // 0: all.
  int64_t first_output = 0;
  int64_t num_outputs = 0;
  // The parameters count so many times.
  double weight_factor = 1;
  double bias_factor = 1;
};

// x -> x weight^T + bias. As it is created it is Linear of its parameters as
// they are in that moment, with gradients by autograd.
//
// Prepared, it multiplies by copies of its parameters in a given dtype, made
// when they are first needed: scaled, converted and, large ones, packed for
// oneDNN once instead of in every product. That is for weights that are frozen,
// and for weights that change between steps:
//
//   LinearMap map(weight, bias);
//   map.Prepare(at::kBFloat16);
//   map(x).sum().backward();   // adds to weight.grad(), in its own dtype
//   Update(weight);
//   map.Prepare(at::kBFloat16);
//
// Safe for concurrent use but for Prepare, Detach and backward passes to
// parameters.
class LinearMap {
 public:
  LinearMap() = default;
  // `weight`: [O, ...], the other dimensions taken together are the inputs I.
  // `bias`: [O], or undefined. Used as given, by handle: whoever binds them to
  // other memory (FlatParameters) is followed.
  LinearMap(at::Tensor weight, at::Tensor bias,
            const LinearMapOptions& options = {});

  // Forgets the copies: the next product makes new ones. `dtype` is that of x
  // and of results from here on. Parameters must not change between the first
  // product and the next Prepare. Where oneDNN does not multiply that dtype
  // (another device, float64), parameters without gradient are copied scaled
  // and the rest stays as it was.
  //
  // With oneDNN a gradient of the parameters is not seen by autograd but added
  // to their grad(), which may have another dtype: one pass instead of three.
  void Prepare(at::ScalarType dtype);

  // Asks for no gradient of the parameters from here on; copies stay.
  void Detach();

  // [..., I] -> [..., O].
  at::Tensor operator()(const at::Tensor& x) const;
  // silu of that.
  at::Tensor Silu(const at::Tensor& x) const;
  // residual [..., O] plus that.
  at::Tensor AddTo(const at::Tensor& residual, const at::Tensor& x) const;

 private:
  class Copies;
  class Product;

  bool IsPacked() const;
  bool NeedsGradient(const at::Tensor& x, const at::Tensor& residual) const;
  at::Tensor Plain(const at::Tensor& x) const;

  at::Tensor weight_, bias_;
  LinearMapOptions options_;
  std::shared_ptr<const Copies> copies_;  // null: not prepared
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_LINEAR_MAP_H_
