// Decoded pixels in memory.
#ifndef MASKFILL_CORE_IMAGE_IMAGE_H_
#define MASKFILL_CORE_IMAGE_IMAGE_H_

#include <cstdint>
#include <vector>

namespace maskfill {

// An RGB image of 8 bits per channel. A plain value: copies are deep.
struct Image {
  Image() = default;
  // All pixels black.
  Image(int64_t height, int64_t width)
      : height(height), width(width), pixels(height * width * 3) {}

  const uint8_t* Row(int64_t y) const { return pixels.data() + y * width * 3; }
  uint8_t* Row(int64_t y) { return pixels.data() + y * width * 3; }

  int64_t height = 0;           // px
  int64_t width = 0;            // px
  std::vector<uint8_t> pixels;  // [height, width, 3], row by row
};

inline bool operator==(const Image& a, const Image& b) {
  return a.height == b.height && a.width == b.width && a.pixels == b.pixels;
}

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_IMAGE_H_
