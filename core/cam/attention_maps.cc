#include "core/cam/attention_maps.h"

#include "ATen/core/grad_mode.h"
#include "ATen/ops/bmm.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// The class token's row of [N, 1, L] without its own column.
Cams CamsOfRow(const at::Tensor& row) {
  Cams cams;
  SetRelevance(row.squeeze(1).narrow(1, 1, row.size(2) - 1), &cams);
  return cams;
}

}  // namespace

Cams AttentionRollout(const VisionTransformer& tower, const at::Tensor& pixels,
                      int64_t layers) {
  const at::NoGradGuard no_gradients;
  CHECK(layers >= 0 && layers <= tower.num_layers());
  // Of the layers so far, [N, L, L] float32; behind the last one, where the
  // class token is the only query, [N, 1, L].
  at::Tensor rollout;
  EncodeOptions encode;
  encode.first_captured_layer = layers == 0 ? 0 : tower.num_layers() - layers;
  encode.on_attention = [&rollout](int64_t, const at::Tensor& attention) {
    const at::Tensor step =
        attention.mean(1, /*keepdim=*/false, at::kFloat).mul_(0.5);
    step.diagonal(0, 1, 2).add_(0.5);
    rollout = rollout.defined() ? at::bmm(step, rollout) : step;
    return attention;
  };
  tower.Encode(pixels, encode);
  return CamsOfRow(rollout);
}

Cams LastLayerAttention(const VisionTransformer& tower,
                        const at::Tensor& pixels) {
  const at::NoGradGuard no_gradients;
  at::Tensor row;  // [N, 1, L] float32
  EncodeOptions encode;
  encode.first_captured_layer = tower.num_layers() - 1;
  encode.on_attention = [&row](int64_t, const at::Tensor& attention) {
    row = attention.mean(1, /*keepdim=*/false, at::kFloat);
    return attention;
  };
  tower.Encode(pixels, encode);
  return CamsOfRow(row);
}

}  // namespace maskfill
