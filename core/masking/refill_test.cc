#include "core/masking/refill.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

// 2x2 patches of 2 px; every channel of every pixel has one value.
constexpr int64_t kSide = 4;

PatchGrid Grid() { return PatchGrid{.rows = 2, .cols = 2, .patch_size_px = 2}; }

Image Flat(uint8_t value) {
  Image image(kSide, kSide);
  std::fill(image.pixels.begin(), image.pixels.end(), value);
  return image;
}

PatchMask Masked(const std::vector<int64_t>& patches) {
  PatchMask mask(4);
  for (const int64_t patch : patches) mask.set(patch);
  return mask;
}

// The value of each pixel, after checking that its channels agree.
std::vector<int> Values(const Image& image) {
  std::vector<int> values;
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    EXPECT_EQ(image.pixels[i], image.pixels[i + 1]);
    EXPECT_EQ(image.pixels[i], image.pixels[i + 2]);
    values.push_back(image.pixels[i]);
  }
  return values;
}

TEST(CopyPatches, CopiesThesePatchesAlone) {
  Image image = Flat(1);
  CopyPatches(Grid(), {1, 2}, Flat(7), &image);
  EXPECT_EQ(Values(image), (std::vector<int>{1, 1, 7, 7,  //
                                             1, 1, 7, 7,  //
                                             7, 7, 1, 1,  //
                                             7, 7, 1, 1}));
  CopyPatches(Grid(), {}, Flat(9), &image);
  CopyPatches(Grid(), {1}, Flat(3), &image);
  EXPECT_EQ(Values(image), (std::vector<int>{1, 1, 3, 3,  //
                                             1, 1, 3, 3,  //
                                             7, 7, 1, 1,  //
                                             7, 7, 1, 1}));
}

TEST(CopyPatches, TakesTheDonorsPixelsFromTheSamePlace) {
  Image image = Flat(0);
  Image donor(kSide, kSide);
  for (size_t i = 0; i < donor.pixels.size(); ++i) {
    donor.pixels[i] = static_cast<uint8_t>(i);
  }
  CopyPatches(Grid(), {0, 1, 2, 3}, donor, &image);
  EXPECT_EQ(image, donor);
}

TEST(FillWithColour, ColoursTheMaskedPatchesAlone) {
  Image image = Flat(1);
  FillWithColour(Grid(), Masked({1, 2}), {9, 9, 9}, &image);
  EXPECT_EQ(Values(image), (std::vector<int>{1, 1, 9, 9,  //
                                             1, 1, 9, 9,  //
                                             9, 9, 1, 1,  //
                                             9, 9, 1, 1}));
  FillWithColour(Grid(), Masked({0}), {1, 2, 3}, &image);
  const uint8_t* last = image.Row(1) + 3;
  EXPECT_EQ(last[0], 1);
  EXPECT_EQ(last[1], 2);
  EXPECT_EQ(last[2], 3);
}

}  // namespace
}  // namespace maskfill
