#include "core/training/contrastive_loss.h"

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

at::Tensor ContrastiveScores(const at::Tensor& image_features,
                             const at::Tensor& text_features,
                             const at::Tensor& logit_scale) {
  return at::matmul(Normalised(image_features), Normalised(text_features).t())
      .mul(logit_scale.exp());
}

at::Tensor PairedContrastiveLoss(const at::Tensor& scores) {
  const auto at_own_text = [&scores](int64_t dim) {
    return at::log_softmax(scores, dim).diagonal().mean();
  };
  return at_own_text(0).add(at_own_text(1)).mul(-0.5);
}

at::Tensor ContrastiveLoss(const at::Tensor& image_features,
                           const at::Tensor& text_features,
                           const at::Tensor& caption_of,
                           const at::Tensor& logit_scale) {
  const at::Tensor scores =
      ContrastiveScores(image_features, text_features, logit_scale);
  const at::Tensor image_to_text =
      at::nll_loss(at::log_softmax(scores, 1), caption_of);
  // [N, U]: 1 / images of the text where it is the image's.
  const at::Tensor own =
      at::one_hot(caption_of, text_features.size(0)).to(scores.scalar_type());
  const at::Tensor share = own.div(own.sum(0, /*keepdim=*/true));
  const at::Tensor text_to_image =
      at::log_softmax(scores, 0).mul(share).sum().div(-text_features.size(0));
  return image_to_text.add(text_to_image).mul(0.5);
}

}  // namespace maskfill
