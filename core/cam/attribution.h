// Which patches a classifier's decision rests on.
#ifndef MASKFILL_CORE_CAM_ATTRIBUTION_H_
#define MASKFILL_CORE_CAM_ATTRIBUTION_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "core/cam/cams.h"
#include "core/model/image_classifier.h"

namespace maskfill {

// Of the relevance's arithmetic; raised when it changes.
inline constexpr uint32_t kAttributionVersion = 1;

struct AttributionOptions {
  // The last so many layers take part; 0: all (as the method's reference does;
  // 1 is the default of the technique's authors for CLIP).
  int64_t layers = 0;
};

// Transformer attribution (Chefer et al., "Generic Attention-model
// Explainability", ICCV 2021): per layer
// A = mean over heads of relu(gradient * attention) with the gradient of the
// target's logit; R <- R + A R from R = I; the class token's row of R without
// its own column. Computed as a row vector from the last layer to the first
// (r <- r + r A), which gives the same numbers without any L x L product.
//
// `targets` as of ExplainedLogits. The classifier's parameters get no gradient.
// Costs about two forward passes; memory of a layer is freed once its gradient
// has been used.
Cams TransformerAttribution(const ImageClassifier& classifier,
                            const at::Tensor& pixels,
                            const at::Tensor& targets = {},
                            const AttributionOptions& options = {});

}  // namespace maskfill

#endif  // MASKFILL_CORE_CAM_ATTRIBUTION_H_
