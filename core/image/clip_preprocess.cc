#include "core/image/clip_preprocess.h"

#include <cmath>

#include "core/image/resize.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// Python's int(size * long / short): an exact product, one division in
// double, then truncation.
int64_t LongSide(int64_t size, int64_t longer, int64_t shorter) {
  return static_cast<int64_t>(static_cast<double>(size * longer) /
                              static_cast<double>(shorter));
}

// Python's int(round((side - size) / 2.0)): halves to even, which is the
// default rounding mode of nearbyint.
int64_t CropOffset(int64_t side, int64_t size) {
  return static_cast<int64_t>(
      std::nearbyint(static_cast<double>(side - size) / 2.0));
}

}  // namespace

Image ResizeAndCenterCrop(const Image& image, int64_t size) {
  CHECK(image.height > 0 && image.width > 0 && size > 0);
  int64_t height = image.height;
  int64_t width = image.width;
  if (width <= height) {
    height = LongSide(size, height, width);
    width = size;
  } else {
    width = LongSide(size, width, height);
    height = size;
  }
  return ResizeBicubicAndCrop(image, height, width,
                              {.top = CropOffset(height, size),
                               .left = CropOffset(width, size),
                               .height = size,
                               .width = size});
}

}  // namespace maskfill
