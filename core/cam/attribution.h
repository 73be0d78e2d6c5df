// Which patches a classifier's decision rests on.
#ifndef MASKFILL_CORE_CAM_ATTRIBUTION_H_
#define MASKFILL_CORE_CAM_ATTRIBUTION_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "core/model/image_classifier.h"

namespace maskfill {

// Of the relevance's arithmetic; raised when it changes.
inline constexpr uint32_t kAttributionVersion = 1;

struct AttributionOptions {
  // The last so many layers take part; 0: all (as the method's reference does;
  // 1 is the default of the technique's authors for CLIP).
  int64_t layers = 0;
};

struct Attribution {
  at::Tensor relevance;      // [N, P] float32: divided by max_relevance + 1e-8
  at::Tensor max_relevance;  // [N] float32, the divisor without the 1e-8
  at::Tensor targets;        // [N] int64, the explained classes
  at::Tensor logits;         // [N, K] float32
};

// Transformer attribution (Chefer et al., "Generic Attention-model
// Explainability", ICCV 2021): per layer
// A = mean over heads of relu(gradient * attention) with the gradient of the
// target's logit; R <- R + A R from R = I; the class token's row of R without
// its own column. Computed as a row vector from the last layer to the first
// (r <- r + r A), which gives the same numbers without any L x L product.
//
// `targets` [N] int64, or undefined for the predicted class (lowest index
// among equals). The classifier's parameters get no gradient. Costs about two
// forward passes; memory of a layer is freed once its gradient has been used.
Attribution TransformerAttribution(const ImageClassifier& classifier,
                                   const at::Tensor& pixels,
                                   const at::Tensor& targets = {},
                                   const AttributionOptions& options = {});

}  // namespace maskfill

#endif  // MASKFILL_CORE_CAM_ATTRIBUTION_H_
