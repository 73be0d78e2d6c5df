// Pillow's bicubic resize, byte for byte: that of Pillow up to 12. Pillow 13
// shrinks tall images vertically first, which moves some bytes by one.
#ifndef MASKFILL_CORE_IMAGE_RESIZE_H_
#define MASKFILL_CORE_IMAGE_RESIZE_H_

#include <cstdint>

#include "core/image/image.h"

namespace maskfill {

// A rectangle of pixels.
struct PixelBox {
  int64_t top = 0;
  int64_t left = 0;
  int64_t height = 0;
  int64_t width = 0;
};

// `image` resized to `height` x `width` px, all sizes positive: equal to
// Pillow's Image.resize((width, height), BICUBIC) in every byte. The kernel is
// Keys' cubic with a = -0.5, widened by the scale when shrinking; weights are
// fixed-point numbers of 22 bits, the horizontal pass runs first and is rounded
// to 8 bits, and a pass whose size does not change is left out (Pillow's
// Resample.c).
Image ResizeBicubic(const Image& image, int64_t height, int64_t width);

// The part `box` of ResizeBicubic(image, height, width), without computing the
// rest. `box` lies inside the resized image.
Image ResizeBicubicAndCrop(const Image& image, int64_t height, int64_t width,
                           const PixelBox& box);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_RESIZE_H_
