// Four inks to light, by Pillow's naive formula.
#ifndef MASKFILL_CORE_IMAGE_CMYK_H_
#define MASKFILL_CORE_IMAGE_CMYK_H_

#include <algorithm>
#include <cstdint>

namespace maskfill {

// What is left of one of red, green and blue under `ink` (of cyan, magenta or
// yellow) and black; `not_black` is 255 less the black ink. All 0 to 255.
inline uint8_t LightUnderInk(int ink, int not_black) {
  // ink * not_black / 255, rounded, as Pillow's MULDIV255.
  const int t = ink * not_black + 128;
  const int taken = ((t >> 8) + t) >> 8;
  return static_cast<uint8_t>(std::max(0, not_black - taken));
}

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_CMYK_H_
