#include "core/model/transformer_block.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/baddbmm.h"
#include "ATen/ops/bmm.h"
#include "ATen/ops/gelu.h"
#include "ATen/ops/layer_norm.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/scaled_dot_product_attention.h"
#include "ATen/ops/softmax.h"
#include "ATen/ops/zeros.h"
#include "ATen/ops/zeros_like.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/linear_map.h"
#include "core/model/recomputed.h"

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
  at::Tensor qkv_weight, qkv_bias, out_weight, out_bias;
  at::Tensor fc_weight, fc_bias, proj_weight, proj_bias;
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
      {&qkv_weight, "attn.in_proj_weight", {3 * d, d}},
      {&qkv_bias, "attn.in_proj_bias", {3 * d}},
      {&out_weight, "attn.out_proj.weight", {d, d}},
      {&out_bias, "attn.out_proj.bias", {d}},
      {&fc_weight, "mlp.c_fc.weight", {m, d}},
      {&fc_bias, "mlp.c_fc.bias", {m}},
      {&proj_weight, "mlp.c_proj.weight", {d, m}},
      {&proj_bias, "mlp.c_proj.bias", {d}},
  };
  for (const Slot& slot : slots) {
    ASSIGN_OR_RETURN(*slot.tensor,
                     Take(tensors, prefix + slot.name, slot.shape));
    block.parameters_.push_back(*slot.tensor);
  }
  block.qkv_ = LinearMap(qkv_weight, qkv_bias);
  block.query_ = LinearMap(qkv_weight, qkv_bias, {.num_outputs = d});
  block.key_value_ = LinearMap(qkv_weight, qkv_bias,
                               {.first_output = d, .num_outputs = 2 * d});
  block.out_ = LinearMap(out_weight, out_bias);
  // QuickGELU's factors go to the weights, which are fewer than the
  // activations.
  const double factor =
      activation == Activation::kQuickGelu ? kQuickGeluScale : 1;
  block.fc_ = LinearMap(fc_weight, fc_bias,
                        {.weight_factor = factor, .bias_factor = factor});
  block.proj_ =
      LinearMap(proj_weight, proj_bias, {.weight_factor = 1 / factor});
  return block;
}

std::vector<LinearMap*> TransformerBlock::LinearMaps() {
  return {&qkv_, &query_, &key_value_, &out_, &fc_, &proj_};
}

void TransformerBlock::Prepare(at::ScalarType dtype) {
  for (LinearMap* map : LinearMaps()) map->Prepare(dtype);
}

void TransformerBlock::Detach() {
  for (LinearMap* map : LinearMaps()) map->Detach();
  for (at::Tensor* tensor :
       {&ln_1_weight_, &ln_1_bias_, &ln_2_weight_, &ln_2_bias_}) {
    *tensor = tensor->detach();
  }
  parameters_.clear();
}

at::Tensor TransformerBlock::Forward(const at::Tensor& x,
                                     const AttentionOptions& options) const {
  if (!options.recompute) return Compute(x, options);
  return Recomputed(
      [block = *this, options](const at::Tensor& in) {
        return block.Compute(in, options);
      },
      x, parameters_);
}

at::Tensor TransformerBlock::Compute(const at::Tensor& x,
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
  const at::Tensor middle = out_.AddTo(queries, attended);
  return proj_.AddTo(
      middle, Activate(at::layer_norm(middle, {width}, ln_2_weight_, ln_2_bias_,
                                      eps_)));
}

at::Tensor TransformerBlock::Attend(const at::Tensor& normalised,
                                    int64_t num_queries,
                                    const AttentionOptions& options) const {
  const int64_t batch = normalised.size(0);
  const int64_t length = normalised.size(1);
  const int64_t width = normalised.size(2);
  const int64_t head_width = width / heads_;
  // [N, rows, n * D] -> n views [N, heads, rows, head_width]. In this order
  // their gradients are copied once, into one tensor of the shape of
  // `projected`.
  const auto split_heads = [&](const at::Tensor& projected, int64_t n) {
    std::vector<at::Tensor> parts =
        projected.view({batch, projected.size(1), n, heads_, head_width})
            .unbind(2);
    for (at::Tensor& part : parts) part = part.transpose(1, 2);
    return parts;
  };
  at::Tensor query, key, value;
  if (num_queries == length) {
    auto parts = split_heads(qkv_(normalised), 3);
    query = parts[0];
    key = parts[1];
    value = parts[2];
  } else {
    query = split_heads(query_(normalised.narrow(1, 0, num_queries)), 1)[0];
    auto parts = split_heads(key_value_(normalised), 2);
    key = parts[0];
    value = parts[1];
  }
  const bool is_explicit =
      options.on_attention ||
      (query.scalar_type() == at::kBFloat16 && query.device().is_cpu());
  at::Tensor mask = options.mask;
  if (options.causal && (is_explicit || num_queries < length)) {
    mask = at::ones({length, length}, query.options().dtype(at::kBool))
               .triu(1)
               .narrow(0, 0, num_queries);
    mask = at::zeros_like(mask, query.options()).masked_fill(mask, -INFINITY);
  }
  at::Tensor attended;
  if (is_explicit) {
    const auto flat = [&](const at::Tensor& tensor) {
      return tensor.reshape({batch * heads_, tensor.size(2), head_width});
    };
    at::Tensor scores =
        at::baddbmm(at::zeros({1}, query.options()), flat(query),
                    flat(key).transpose(1, 2), /*beta=*/0,
                    /*alpha=*/1.0 / std::sqrt(head_width))
            .view({batch, heads_, num_queries, length});
    if (mask.defined()) scores = scores.add(mask);
    at::Tensor probabilities = at::softmax(scores, -1);
    if (options.on_attention) {
      probabilities = options.on_attention(probabilities);
    }
    attended =
        at::bmm(probabilities.reshape({batch * heads_, num_queries, length}),
                flat(value))
            .view({batch, heads_, num_queries, head_width});
  } else {
    std::optional<at::Tensor> fused_mask;
    if (mask.defined()) fused_mask = mask;
    attended = at::scaled_dot_product_attention(
        query, key, value, fused_mask, /*dropout_p=*/0.0,
        /*is_causal=*/options.causal && !mask.defined());
  }
  return attended.transpose(1, 2).reshape({batch, num_queries, width});
}

at::Tensor TransformerBlock::Activate(const at::Tensor& x) const {
  return activation_ == Activation::kGelu ? at::gelu(fc_(x)) : fc_.Silu(x);
}

}  // namespace maskfill
