// The geometry of CLIP's preprocessing, as torchvision does it.
#ifndef MASKFILL_CORE_IMAGE_CLIP_PREPROCESS_H_
#define MASKFILL_CORE_IMAGE_CLIP_PREPROCESS_H_

#include <cstdint>

#include "core/image/image.h"

namespace maskfill {

// Resize(size, BICUBIC) and CenterCrop(size) of torchvision on a Pillow image,
// byte for byte: the short side becomes `size`, the long one
// int(size * long / short); the crop begins at round((side - size) / 2), halves
// to even. Returns [size, size, 3]. `image` must not be empty; `size` > 0.
//
// Hugging Face's CLIPImageProcessor rounds the crop's offset down instead and
// so differs by one pixel when (side - size) % 4 == 3.
Image ResizeAndCenterCrop(const Image& image, int64_t size);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_CLIP_PREPROCESS_H_
