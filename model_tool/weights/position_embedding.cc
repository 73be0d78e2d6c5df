#include "model_tool/weights/position_embedding.h"

#include <cmath>

#include "ATen/ops/_upsample_bicubic2d_aa.h"
#include "ATen/ops/cat.h"

namespace maskfill {

at::Tensor ResizePositionEmbedding(const at::Tensor& positions, int64_t grid) {
  const at::Tensor all = positions.to(at::kFloat);
  const int64_t patches = all.size(0) - 1, width = all.size(1);
  const auto side = static_cast<int64_t>(
      std::llround(std::sqrt(static_cast<double>(patches))));
  const at::Tensor image =
      all.slice(0, 1).view({1, side, side, width}).permute({0, 3, 1, 2});
  const at::Tensor resized =
      at::_upsample_bicubic2d_aa(image, {grid, grid}, /*align_corners=*/false);
  return at::cat({all.slice(0, 0, 1),
                  resized.permute({0, 2, 3, 1}).reshape({grid * grid, width})},
                 0);
}

}  // namespace maskfill
