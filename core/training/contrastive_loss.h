// CLIP's loss of images and texts: with a text for each image, or texts that
// several images share.
#ifndef MASKFILL_CORE_TRAINING_CONTRASTIVE_LOSS_H_
#define MASKFILL_CORE_TRAINING_CONTRASTIVE_LOSS_H_

#include "ATen/core/Tensor.h"

namespace maskfill {

// s(n, u) = exp(logit_scale) cos(image n, text u), [N, U]. image_features
// [N, E] and text_features [U, E] as the towers give them; logit_scale [] (its
// logarithm, as CLIP stores it). Differentiable by all three.
at::Tensor ContrastiveScores(const at::Tensor& image_features,
                             const at::Tensor& text_features,
                             const at::Tensor& logit_scale);

// Symmetric InfoNCE (Radford et al. 2021) of N images, each with a text of its
// own: the mean of -log softmax_u s(n, u) and -log softmax_u s(u, n) at u = n,
// over all n. The texts of other images are negatives whatever they say, also
// of the same class and of the same words, as in the released code of FLYP
// (Goyal et al. 2023). `scores` [N, N]; [].
at::Tensor PairedContrastiveLoss(const at::Tensor& scores);

// The same where several images may share a text, which is then no negative:
//
//   image to text: mean over n of -log softmax_u s(n, u) at n's text;
//   text to image: mean over u of the mean over u's images n of
//                  -log softmax_n s(n, u);
//
// and the loss is the mean of both. caption_of [N] int64, each text that of at
// least one image. Returns [], differentiable by features and scale.
at::Tensor ContrastiveLoss(const at::Tensor& image_features,
                           const at::Tensor& text_features,
                           const at::Tensor& caption_of,
                           const at::Tensor& logit_scale);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_CONTRASTIVE_LOSS_H_
