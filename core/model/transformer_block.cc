#include "core/model/transformer_block.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/gelu.h"
#include "ATen/ops/layer_norm.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/scaled_dot_product_attention.h"
#include "ATen/ops/softmax.h"
#include "ATen/ops/zeros_like.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/linear.h"

namespace maskfill {
namespace {

// QuickGELU(x) = x * sigmoid(1.702 x) = silu(1.702 x) / 1.702.
constexpr double kQuickGeluScale = 1.702;

absl::StatusOr<at::Tensor> Take(const NamedTensors& tensors,
                                const std::string& name,
                                const std::vector<int64_t>& shape) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) {
    return absl::DataLossError(absl::StrCat(
        "tensor \"", name, "\" is missing, expected shape ", ShapeText(shape)));
  }
  if (found->second.sizes() != at::IntArrayRef(shape)) {
    return absl::DataLossError(absl::StrCat("tensor \"", name, "\" has shape ",
                                            ShapeText(found->second.sizes()),
                                            ", expected ", ShapeText(shape)));
  }
  return found->second;
}

}  // namespace

absl::StatusOr<TransformerBlock> TransformerBlock::Create(
    const NamedTensors& tensors, const std::string& prefix,
    const TransformerShape& shape, Activation activation,
    double layer_norm_eps) {
  TransformerBlock block;
  block.heads_ = shape.heads;
  block.activation_ = activation;
  block.eps_ = layer_norm_eps;
  const int64_t d = shape.width;
  const int64_t m = shape.mlp_width;
  struct Slot {
    at::Tensor* tensor;
    const char* name;
    std::vector<int64_t> shape;
  };
  const std::vector<Slot> slots = {
      {&block.ln_1_weight_, "ln_1.weight", {d}},
      {&block.ln_1_bias_, "ln_1.bias", {d}},
      {&block.ln_2_weight_, "ln_2.weight", {d}},
      {&block.ln_2_bias_, "ln_2.bias", {d}},
      {&block.qkv_weight_, "attn.in_proj_weight", {3 * d, d}},
      {&block.qkv_bias_, "attn.in_proj_bias", {3 * d}},
      {&block.out_weight_, "attn.out_proj.weight", {d, d}},
      {&block.out_bias_, "attn.out_proj.bias", {d}},
      {&block.fc_weight_, "mlp.c_fc.weight", {m, d}},
      {&block.fc_bias_, "mlp.c_fc.bias", {m}},
      {&block.proj_weight_, "mlp.c_proj.weight", {d, m}},
      {&block.proj_bias_, "mlp.c_proj.bias", {d}},
  };
  for (const Slot& slot : slots) {
    ASSIGN_OR_RETURN(*slot.tensor,
                     Take(tensors, prefix + slot.name, slot.shape));
  }
  return block;
}

at::Tensor TransformerBlock::Forward(const at::Tensor& x,
                                     const AttentionOptions& options) const {
  const int64_t width = x.size(2);
  const int64_t num_queries =
      options.num_queries > 0 ? options.num_queries : x.size(1);
  at::Tensor normalised =
      at::layer_norm(x, {width}, ln_1_weight_, ln_1_bias_, eps_);
  if (options.on_ln_1) normalised = options.on_ln_1(normalised);
  const at::Tensor attended = Attend(normalised, num_queries, options);
  const at::Tensor queries =
      num_queries < x.size(1) ? x.narrow(1, 0, num_queries) : x;
  const at::Tensor middle =
      Linear(attended, out_weight_, out_bias_).add(queries);
  return Mlp(at::layer_norm(middle, {width}, ln_2_weight_, ln_2_bias_, eps_))
      .add(middle);
}

at::Tensor TransformerBlock::Attend(const at::Tensor& normalised,
                                    int64_t num_queries,
                                    const AttentionOptions& options) const {
  const int64_t batch = normalised.size(0);
  const int64_t length = normalised.size(1);
  const int64_t width = normalised.size(2);
  const int64_t head_width = width / heads_;
  // [N, rows, n * D] -> n views [N, heads, rows, head_width].
  const auto split_heads = [&](const at::Tensor& projected, int64_t n) {
    return projected.view({batch, projected.size(1), n, heads_, head_width})
        .permute({2, 0, 3, 1, 4})
        .unbind(0);
  };
  at::Tensor query, key, value;
  if (num_queries == length) {
    auto parts = split_heads(Linear(normalised, qkv_weight_, qkv_bias_), 3);
    query = parts[0];
    key = parts[1];
    value = parts[2];
  } else {
    query = split_heads(
        Linear(normalised.narrow(1, 0, num_queries),
               qkv_weight_.narrow(0, 0, width), qkv_bias_.narrow(0, 0, width)),
        1)[0];
    auto parts =
        split_heads(Linear(normalised, qkv_weight_.narrow(0, width, 2 * width),
                           qkv_bias_.narrow(0, width, 2 * width)),
                    2);
    key = parts[0];
    value = parts[1];
  }
  at::Tensor mask = options.mask;
  if (options.causal && (options.on_attention || num_queries < length)) {
    mask = at::ones({length, length}, query.options().dtype(at::kBool))
               .triu(1)
               .narrow(0, 0, num_queries);
    mask = at::zeros_like(mask, query.options()).masked_fill(mask, -INFINITY);
  }
  at::Tensor attended;
  if (options.on_attention) {
    at::Tensor scores = at::matmul(query.mul(1.0 / std::sqrt(head_width)),
                                   key.transpose(-2, -1));
    if (mask.defined()) scores = scores.add(mask);
    const at::Tensor probabilities =
        options.on_attention(at::softmax(scores, -1));
    attended = at::matmul(probabilities, value);
  } else {
    std::optional<at::Tensor> fused_mask;
    if (mask.defined()) fused_mask = mask;
    attended = at::scaled_dot_product_attention(
        query, key, value, fused_mask, /*dropout_p=*/0.0,
        /*is_causal=*/options.causal && !mask.defined());
  }
  return attended.transpose(1, 2).reshape({batch, num_queries, width});
}

at::Tensor TransformerBlock::Mlp(const at::Tensor& x) const {
  if (activation_ == Activation::kGelu) {
    return Linear(at::gelu(Linear(x, fc_weight_, fc_bias_)), proj_weight_,
                  proj_bias_);
  }
  if (folded_) {
    return Linear(LinearSilu(x, fc_weight_, fc_bias_), proj_weight_,
                  proj_bias_);
  }
  // The factors go to the weights, which are fewer than the activations.
  const at::Tensor hidden = LinearSilu(x, fc_weight_.mul(kQuickGeluScale),
                                       fc_bias_.mul(kQuickGeluScale));
  return Linear(hidden, proj_weight_.mul(1.0 / kQuickGeluScale), proj_bias_);
}

void TransformerBlock::FoldActivation() {
  if (activation_ != Activation::kQuickGelu || folded_) return;
  folded_ = true;
  fc_weight_ = fc_weight_.detach().mul(kQuickGeluScale);
  fc_bias_ = fc_bias_.detach().mul(kQuickGeluScale);
  proj_weight_ = proj_weight_.detach().mul(1.0 / kQuickGeluScale);
}

}  // namespace maskfill
