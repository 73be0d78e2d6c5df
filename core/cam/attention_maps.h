// What the class token attends to, whatever the class.
#ifndef MASKFILL_CORE_CAM_ATTENTION_MAPS_H_
#define MASKFILL_CORE_CAM_ATTENTION_MAPS_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "core/cam/cams.h"
#include "core/model/vision_transformer.h"

namespace maskfill {

// Of the arithmetic of both; raised when it changes.
inline constexpr uint32_t kAttentionMapsVersion = 1;

// Attention rollout (Abnar and Zuidema, "Quantifying Attention Flow in
// Transformers", ACL 2020): per layer A = (I + mean over heads of the
// attention) / 2, the half for the residual connection; R <- A R from R = I;
// the class token's row of R without its own column. The last `layers` layers
// take part, 0: all.
//
// No gradient is taken; in memory is the attention of one layer and one
// [N, L, L] product.
Cams AttentionRollout(const VisionTransformer& tower, const at::Tensor& pixels,
                      int64_t layers = 0);

// The class token's attention in the last layer, mean over heads: the control
// that knows neither class nor flow.
Cams LastLayerAttention(const VisionTransformer& tower,
                        const at::Tensor& pixels);

}  // namespace maskfill

#endif  // MASKFILL_CORE_CAM_ATTENTION_MAPS_H_
