#include "core/image/resize.h"

#include <algorithm>
#include <vector>

#include "core/image/resample_kernels.h"
#include "glog/logging.h"

namespace maskfill {

Image ResizeBicubic(const Image& image, int64_t height, int64_t width) {
  return ResizeBicubicAndCrop(image, height, width,
                              {.height = height, .width = width});
}

Image ResizeBicubicAndCrop(const Image& image, int64_t height, int64_t width,
                           const PixelBox& box) {
  CHECK(image.height > 0 && image.width > 0 && height > 0 && width > 0);
  CHECK(box.top >= 0 && box.left >= 0 && box.height > 0 && box.width > 0 &&
        box.top + box.height <= height && box.left + box.width <= width);
  const bool resize_height = height != image.height;
  const bool resize_width = width != image.width;

  // The input rows that the vertical pass needs.
  ResampleWeights rows;
  int64_t first_row = box.top;
  int64_t num_rows = box.height;
  if (resize_height) {
    rows = BicubicWeights(image.height, height, box.top, box.height);
    first_row = rows.InputBegin();
    num_rows = rows.InputEnd() - first_row;
  }

  Image result(box.height, box.width);
  if (!resize_width && !resize_height) {
    for (int64_t y = 0; y < box.height; ++y) {
      const uint8_t* from = image.Row(box.top + y) + box.left * 3;
      std::copy(from, from + box.width * 3, result.Row(y));
    }
    return result;
  }
  if (!resize_width) {
    ResampleHeight(image.Row(first_row) + box.left * 3, image.width * 3,
                   first_row, box.width * 3, rows, result.pixels.data());
    return result;
  }
  const ResampleWeights columns =
      BicubicWeights(image.width, width, box.left, box.width);
  if (!resize_height) {
    ResampleWidth(image.Row(first_row), image.width, num_rows, columns,
                  result.pixels.data());
    return result;
  }
  std::vector<uint8_t> between(num_rows * box.width * 3);
  ResampleWidth(image.Row(first_row), image.width, num_rows, columns,
                between.data());
  ResampleHeight(between.data(), box.width * 3, first_row, box.width * 3, rows,
                 result.pixels.data());
  return result;
}

}  // namespace maskfill
