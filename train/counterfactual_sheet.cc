#include "train/counterfactual_sheet.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/draw/panels.h"

namespace maskfill {
namespace {

constexpr int64_t kColumns = 8;
constexpr int64_t kGap = 2;         // px
constexpr int64_t kLeastSide = 64;  // px of a picture; smaller ones are zoomed

Image RowOf(const at::Tensor& pictures, int64_t row) {
  Image picture(pictures.size(1), pictures.size(2));
  std::memcpy(picture.pixels.data(),
              pictures.const_data_ptr<uint8_t>() +
                  row * static_cast<int64_t>(picture.pixels.size()),
              picture.pixels.size());
  return picture;
}

}  // namespace

Image CounterfactualSheet(const ImageBatch& batch) {
  const int64_t columns = std::min(kColumns, batch.images.size(0));
  const int64_t zoom = std::max<int64_t>(1, kLeastSide / batch.images.size(1));
  const int64_t pitch = batch.images.size(1) * zoom + kGap;
  Image sheet = EmptySheet(2 * pitch - kGap, columns * pitch - kGap);
  for (int64_t i = 0; i < columns; ++i) {
    Paste(RowOf(batch.images, i), 0, i * pitch, zoom, &sheet);
    Paste(RowOf(batch.counterfactuals, i), pitch, i * pitch, zoom, &sheet);
  }
  return sheet;
}

}  // namespace maskfill
