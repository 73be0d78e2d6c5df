#include "spurious_shapes/pretrain/contrastive_loss.h"

#include "ATen/ops/log_softmax.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/nll_loss.h"
#include "ATen/ops/one_hot.h"

namespace maskfill {
namespace {

at::Tensor Normalised(const at::Tensor& x) {
  return x.div(x.norm(2, /*dim=*/1, /*keepdim=*/true));
}

}  // namespace

at::Tensor ContrastiveLoss(const at::Tensor& image_features,
                           const at::Tensor& text_features,
                           const at::Tensor& caption_of,
                           const at::Tensor& logit_scale) {
  const at::Tensor scores =
      at::matmul(Normalised(image_features), Normalised(text_features).t())
          .mul(logit_scale.exp());
  const at::Tensor image_to_text =
      at::nll_loss(at::log_softmax(scores, 1), caption_of);
  // [N, U]: 1 / pictures of the caption where the picture has it.
  const at::Tensor own =
      at::one_hot(caption_of, text_features.size(0)).to(scores.scalar_type());
  const at::Tensor share = own.div(own.sum(0, /*keepdim=*/true));
  const at::Tensor text_to_image =
      at::log_softmax(scores, 0).mul(share).sum().div(-text_features.size(0));
  return image_to_text.add(text_to_image).mul(0.5);
}

}  // namespace maskfill
