// Grad-CAM on the image tower.
#ifndef MASKFILL_CORE_CAM_GRAD_CAM_H_
#define MASKFILL_CORE_CAM_GRAD_CAM_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "core/cam/cams.h"
#include "core/model/image_classifier.h"

namespace maskfill {

// Of the relevance's arithmetic; raised when it changes.
inline constexpr uint32_t kGradCamVersion = 1;

// Grad-CAM (Selvaraju et al., "Grad-CAM", ICCV 2017) with the output of the
// last block's ln_1 as activations: a channel's weight is the gradient of the
// target's logit summed over all tokens, the class token too; a patch's
// relevance is the weighted sum of its channels where that is above 0. (A mean
// in place of the sum gives the same map once it is divided by its maximum.)
//
// `targets` as of ExplainedLogits. The classifier's parameters get no gradient,
// and only the last block is differentiated: costs little more than a forward
// pass.
Cams GradCam(const ImageClassifier& classifier, const at::Tensor& pixels,
             const at::Tensor& targets = {});

}  // namespace maskfill

#endif  // MASKFILL_CORE_CAM_GRAD_CAM_H_
