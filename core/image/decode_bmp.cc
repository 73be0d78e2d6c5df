#include "core/image/decode_bmp.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/image/bmp_header.h"
#include "core/image/bmp_runs.h"
#include "core/image/colour_table.h"

namespace maskfill {
namespace {

// How the pixels of 16, 24 and 32 bits are laid out.
struct PixelLayout {
  uint32_t bits;
  uint32_t masks[4];     // red, green, blue; alpha only of 32 bits
  int red, green, blue;  // 16 bits: first bit; otherwise byte
  int green_bits = 5;    // of 16 bits; red and blue have 5
};

// The first of their bits is the one without masks.
constexpr PixelLayout kLayouts[] = {
    {16, {0x7C00, 0x3E0, 0x1F}, 10, 5, 0},
    {16, {0xF800, 0x7E0, 0x1F}, 11, 5, 0, 6},
    {24, {0xFF0000, 0xFF00, 0xFF}, 2, 1, 0},
    {32, {0xFF0000, 0xFF00, 0xFF, 0}, 2, 1, 0},
    {32, {0xFF0000, 0xFF00, 0xFF, 0xFF000000}, 2, 1, 0},
    {32, {0, 0, 0, 0}, 2, 1, 0},
    {32, {0xFF, 0xFF00, 0xFF0000, 0xFF000000}, 0, 1, 2},
    {32, {0xFF000000, 0xFF0000, 0xFF00, 0}, 3, 2, 1},
    {32, {0xFF000000, 0xFF0000, 0xFF00, 0xFF}, 3, 2, 1},
};

absl::StatusOr<PixelLayout> LayoutOf(const BmpHeader& header) {
  for (const PixelLayout& layout : kLayouts) {
    if (layout.bits != header.bits) continue;
    if (header.compression == BmpCompression::kNone) return layout;
    bool equal = true;
    const int count = header.bits == 32 ? 4 : 3;
    for (int i = 0; i < count; ++i) {
      equal &= layout.masks[i] == header.masks[i];
    }
    if (equal) return layout;
  }
  return UnsupportedBmp(
      absl::StrCat("of ", header.bits, " bits with the masks ",
                   absl::Hex(header.masks[0]), " ", absl::Hex(header.masks[1]),
                   " ", absl::Hex(header.masks[2]), " ",
                   absl::Hex(header.masks[3])),
      "one of the usual orders of red, green and blue");
}

void ColoursOfRow(const uint8_t* in, int64_t width, const PixelLayout& layout,
                  uint8_t* rgb) {
  const int step = static_cast<int>(layout.bits / 8);
  for (int64_t x = 0; x < width; ++x, in += step, rgb += 3) {
    if (step > 2) {
      rgb[0] = in[layout.red];
      rgb[1] = in[layout.green];
      rgb[2] = in[layout.blue];
      continue;
    }
    const int pixel = in[0] | in[1] << 8;
    const int green_max = (1 << layout.green_bits) - 1;
    rgb[0] = (pixel >> layout.red & 31) * 255 / 31;
    rgb[1] = (pixel >> layout.green & green_max) * 255 / green_max;
    rgb[2] = (pixel >> layout.blue & 31) * 255 / 31;
  }
}

// Of 1, 4 or 8 bits, the highest first.
void NumbersOfRow(const uint8_t* in, int64_t width, uint32_t bits,
                  uint8_t* numbers) {
  const int64_t per_byte = 8 / bits;
  for (int64_t x = 0; x < width; ++x) {
    const int64_t shift = 8 - bits * (x % per_byte + 1);
    numbers[x] = in[x / per_byte] >> shift & ((1 << bits) - 1);
  }
}

}  // namespace

absl::StatusOr<Image> DecodeBmp(absl::string_view bytes,
                                const DecodeOptions& options,
                                DecodeNotes* /*notes*/) {
  ASSIGN_OR_RETURN(const BmpHeader header, ReadBmpHeader(bytes));
  RETURN_IF_ERROR(CheckImageSize(header.height, header.width, options));
  const auto target_row = [&](int64_t y) {
    return header.top_down ? y : header.height - 1 - y;
  };
  const int64_t width = header.width;
  if (header.IsRle()) {
    ASSIGN_OR_RETURN(const ColourTable palette, ReadBmpPalette(bytes, header));
    ASSIGN_OR_RETURN(const std::vector<uint8_t> numbers,
                     DecodeBmpRuns(bytes, header));
    Image image(header.height, width);
    for (int64_t y = 0; y < header.height; ++y) {
      palette.LookUp(&numbers[y * width], width, image.Row(target_row(y)));
    }
    return image;
  }
  const int64_t stride = (width * header.bits + 31) / 32 * 4;
  if (static_cast<int64_t>(bytes.size()) - header.pixels_at <
      stride * header.height) {
    return BmpIsCut(bytes);
  }
  const auto* rows =
      reinterpret_cast<const uint8_t*>(bytes.data()) + header.pixels_at;
  if (header.bits > 8) {
    ASSIGN_OR_RETURN(const PixelLayout layout, LayoutOf(header));
    Image image(header.height, width);
    for (int64_t y = 0; y < header.height; ++y) {
      ColoursOfRow(rows + y * stride, width, layout, image.Row(target_row(y)));
    }
    return image;
  }
  ASSIGN_OR_RETURN(const ColourTable palette, ReadBmpPalette(bytes, header));
  Image image(header.height, width);
  std::vector<uint8_t> numbers(width);
  for (int64_t y = 0; y < header.height; ++y) {
    NumbersOfRow(rows + y * stride, width, header.bits, numbers.data());
    palette.LookUp(numbers.data(), width, image.Row(target_row(y)));
  }
  return image;
}

}  // namespace maskfill
