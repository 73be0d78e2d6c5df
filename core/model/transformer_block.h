// The residual attention block of CLIP's towers, as a function of its weights.
#ifndef MASKFILL_CORE_MODEL_TRANSFORMER_BLOCK_H_
#define MASKFILL_CORE_MODEL_TRANSFORMER_BLOCK_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "core/model/linear_map.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"

namespace maskfill {

struct AttentionOptions {
  // Added to the scaled scores, [L, L] or broadcastable to [N, heads, Q, L], in
  // the dtype of x; -inf forbids a key. Undefined: none.
  at::Tensor mask = {};
  // Token i attends to tokens 0..i only. Not together with `mask`.
  bool causal = false;
  // Only the first so many tokens leave the block (keys and values still come
  // from all), 0: all. Exactly what the whole block gives for them.
  int64_t num_queries = 0;
  // When set, attention is computed by an explicit softmax and its
  // probabilities [N, heads, Q, L] are passed through this function: it may
  // keep them, and what it returns takes their place.
  std::function<at::Tensor(const at::Tensor&)> on_attention = {};
  // Likewise of the output of ln_1, [N, L, D].
  std::function<at::Tensor(const at::Tensor&)> on_ln_1 = {};
  // The backward pass computes the block anew and nothing is kept for it but x
  // (Recomputed): the same bits. What is passed through functions above is then
  // passed through them twice.
  bool recompute = false;
};

// x + attention(ln_1(x)), then x + mlp(ln_2(x)); one fused projection for
// query, key and value. Weights are used as given, not copied, until Prepare:
// gradients flow into those that require them. Safe for concurrent use.
//
// In bfloat16 on the CPU attention is an explicit softmax between batched
// products: LibTorch 2.13's fused kernel takes 1.5 times as long there forward
// and 4 to 10 times backward. In float32 the fused one is faster.
class TransformerBlock {
 public:
  // Takes ln_1.weight, ln_1.bias, attn.in_proj_weight, attn.in_proj_bias,
  // attn.out_proj.*, ln_2.*, mlp.c_fc.*, mlp.c_proj.* under `prefix`, e.g.
  // "transformer.resblocks.0.". DataLoss when one is missing or mis-shaped.
  static absl::StatusOr<TransformerBlock> Create(const NamedTensors& tensors,
                                                 const std::string& prefix,
                                                 const TransformerShape& shape,
                                                 Activation activation,
                                                 double layer_norm_eps);

  // LinearMap::Prepare of its products. x is of that dtype from here on.
  void Prepare(at::ScalarType dtype);

  // Asks for no gradients of the weights from here on.
  void Detach();

  // [N, L, D] -> [N, Q, D], batch first.
  at::Tensor Forward(const at::Tensor& x,
                     const AttentionOptions& options = {}) const;

 private:
  TransformerBlock() = default;

  // Forward that keeps what a backward pass needs.
  at::Tensor Compute(const at::Tensor& x,
                     const AttentionOptions& options) const;
  // The products of its weights, whichever way a pass needs them.
  std::vector<LinearMap*> LinearMaps();
  at::Tensor Attend(const at::Tensor& normalised, int64_t num_queries,
                    const AttentionOptions& options) const;
  at::Tensor Activate(const at::Tensor& x) const;

  int64_t heads_ = 0;
  Activation activation_ = Activation::kQuickGelu;
  double eps_ = 1e-5;
  std::vector<at::Tensor> parameters_;  // all that gradients are asked for
  at::Tensor ln_1_weight_, ln_1_bias_, ln_2_weight_, ln_2_bias_;
  LinearMap qkv_;
  LinearMap query_, key_value_;  // the same weights, for fewer queries
  LinearMap out_, fc_, proj_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_TRANSFORMER_BLOCK_H_
