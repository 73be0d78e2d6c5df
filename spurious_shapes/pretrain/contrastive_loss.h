// CLIP's loss where several pictures may share a caption.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_CONTRASTIVE_LOSS_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_CONTRASTIVE_LOSS_H_

#include "ATen/core/Tensor.h"

namespace maskfill {

// Symmetric InfoNCE (Radford et al. 2021) over pictures and unique captions:
// with s(n, u) = exp(logit_scale) cos(image n, text u),
//
//   image to text: mean over n of -log softmax_u s(n, u) at n's caption;
//   text to image: mean over u of the mean over u's pictures n of
//                  -log softmax_n s(n, u);
//
// and the loss is the mean of both. image_features [N, E] and text_features
// [U, E] as the towers give them; caption_of [N] int64, each caption the
// caption of at least one picture; logit_scale [] (its logarithm, as CLIP
// stores it). Returns [], differentiable by features and scale.
at::Tensor ContrastiveLoss(const at::Tensor& image_features,
                           const at::Tensor& text_features,
                           const at::Tensor& caption_of,
                           const at::Tensor& logit_scale);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_CONTRASTIVE_LOSS_H_
