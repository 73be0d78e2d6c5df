// Position embeddings for images of another size.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_POSITION_EMBEDDING_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_POSITION_EMBEDDING_H_

#include <cstdint>

#include "ATen/core/Tensor.h"

namespace maskfill {

// `positions` [1 + g * g, D] float -> [1 + grid * grid, D] float32: the class
// token's row stays, the others are resampled as an image of g x g, bicubic
// with antialiasing and align_corners=False, as open_clip's resize_pos_embed
// does (src/open_clip/model.py).
at::Tensor ResizePositionEmbedding(const at::Tensor& positions, int64_t grid);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_POSITION_EMBEDDING_H_
