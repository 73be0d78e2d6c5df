// Colours by number, as palettes have them.
#ifndef MASKFILL_CORE_IMAGE_COLOUR_TABLE_H_
#define MASKFILL_CORE_IMAGE_COLOUR_TABLE_H_

#include <array>
#include <cstdint>

namespace maskfill {

// 256 colours. Those that a file does not name are greys, number i being
// (i, i, i): in Pillow a palette begins as that.
class ColourTable {
 public:
  ColourTable() {
    for (int i = 0; i < kColours; ++i) Set(i, i, i, i);
  }

  void Set(int number, int red, int green, int blue) {
    colours_[number] = {static_cast<uint8_t>(red), static_cast<uint8_t>(green),
                        static_cast<uint8_t>(blue)};
  }

  // `numbers` is [count], `rgb` [count, 3].
  void LookUp(const uint8_t* numbers, int64_t count, uint8_t* rgb) const {
    for (int64_t i = 0; i < count; ++i) {
      const std::array<uint8_t, 3>& colour = colours_[numbers[i]];
      for (int c = 0; c < 3; ++c) rgb[3 * i + c] = colour[c];
    }
  }

  static constexpr int kColours = 256;

 private:
  std::array<std::array<uint8_t, 3>, kColours> colours_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_COLOUR_TABLE_H_
