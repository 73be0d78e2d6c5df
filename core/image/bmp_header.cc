#include "core/image/bmp_header.h"

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/image/bytes_at.h"

namespace maskfill {
namespace {

constexpr uint32_t kFileHeaderBytes = 14;
constexpr uint32_t kOs2HeaderBytes = 12;
constexpr uint32_t kWindowsHeaderBytes = 40;

uint32_t Number(absl::string_view bytes, size_t at, size_t size) {
  return NumberAt(bytes, at, size, ByteOrder::kLittle);
}

absl::Status CheckKind(const BmpHeader& header) {
  const uint32_t bits = header.bits;
  const bool has_palette = bits == 1 || bits == 4 || bits == 8;
  if (!has_palette && bits != 16 && bits != 24 && bits != 32) {
    return UnsupportedBmp(absl::StrCat("of ", bits, " bits"),
                          "1, 4, 8, 16, 24 or 32");
  }
  switch (header.compression) {
    case BmpCompression::kNone:
      return absl::OkStatus();
    case BmpCompression::kRle8:
      if (bits == 8) return absl::OkStatus();
      break;
    case BmpCompression::kRle4:
      if (bits == 4) return absl::OkStatus();
      break;
    case BmpCompression::kMasks:
      // OS/2 means something else by it.
      if (!has_palette && header.bytes != 64) return absl::OkStatus();
      break;
  }
  return UnsupportedBmp(absl::StrCat("of ", bits, " bits with compression ",
                                     static_cast<uint32_t>(header.compression)),
                        "none, RLE8 of 8 bits, RLE4 of 4 or masks of more");
}

void ReadMasks(absl::string_view bytes, BmpHeader* header) {
  constexpr int64_t kMasksAt = 54;  // with every header of Windows
  constexpr int64_t kMaskBytes = 4;
  // The first header has them behind it, and none for alpha.
  const int count = header->bytes == kWindowsHeaderBytes ? 3 : 4;
  for (int i = 0; i < count; ++i) {
    header->masks[i] = Number(bytes, kMasksAt + i * kMaskBytes, kMaskBytes);
  }
  if (count == 3) header->palette_at += count * kMaskBytes;
}

}  // namespace

absl::Status BmpIsCut(absl::string_view bytes) {
  return absl::DataLossError(absl::StrCat("the BMP file is cut: its ",
                                          bytes.size(),
                                          " bytes end inside the image"));
}

absl::Status UnsupportedBmp(absl::string_view found,
                            absl::string_view expected) {
  return absl::DataLossError(absl::StrCat("found a BMP image ", found,
                                          ", expected ", expected,
                                          "; convert it to PNG"));
}

absl::StatusOr<BmpHeader> ReadBmpHeader(absl::string_view bytes) {
  BmpHeader header;
  header.bytes = Number(bytes, kFileHeaderBytes, 4);
  switch (header.bytes) {
    case kOs2HeaderBytes:
    case kWindowsHeaderBytes:
    case 64:
    case 108:
    case 124:
      break;
    default:
      return UnsupportedBmp(
          absl::StrCat("with a header of ", header.bytes, " bytes"),
          "12, 40, 64, 108 or 124");
  }
  header.palette_at = int64_t{kFileHeaderBytes} + header.bytes;
  if (static_cast<int64_t>(bytes.size()) < header.palette_at)
    return BmpIsCut(bytes);
  if (header.bytes == kOs2HeaderBytes) {
    header.width = Number(bytes, 18, 2);
    header.height = Number(bytes, 20, 2);
    header.bits = Number(bytes, 24, 2);
    header.colour_bytes = 3;
  } else {
    header.width = Number(bytes, 18, 4);
    header.height = Number(bytes, 22, 4);
    // A negative one.
    header.top_down = header.height >> 24 == 0xFF;
    if (header.top_down) header.height = (int64_t{1} << 32) - header.height;
    header.bits = Number(bytes, 28, 2);
    header.compression = static_cast<BmpCompression>(Number(bytes, 30, 4));
    header.colours = Number(bytes, 46, 4);
    if (header.compression == BmpCompression::kMasks) ReadMasks(bytes, &header);
  }
  header.pixels_at = Number(bytes, 10, 4);
  int64_t palette_bytes = 0;
  if (header.bits <= 8) {
    if (header.colours == 0) header.colours = int64_t{1} << header.bits;
    palette_bytes = header.colour_bytes * header.colours;
    // Some writers leave the palette out of account. Pillow mends that with
    // colours of 4 bytes, also where they have 3.
    if (header.pixels_at == header.palette_at) {
      header.pixels_at += 4 * header.colours;
    }
  }
  if (header.pixels_at == 0) {
    header.pixels_at = header.palette_at + palette_bytes;
  }
  if (header.pixels_at < header.palette_at) {
    return absl::DataLossError(
        absl::StrCat("the BMP file is damaged: its pixels are said to begin ",
                     "at byte ", header.pixels_at, ", inside the header"));
  }
  RETURN_IF_ERROR(CheckKind(header));
  return header;
}

absl::StatusOr<ColourTable> ReadBmpPalette(absl::string_view bytes,
                                           const BmpHeader& header) {
  if (header.colours > ColourTable::kColours) {
    return UnsupportedBmp(absl::StrCat("with ", header.colours, " colours"),
                          "at most 256");
  }
  const int64_t size = header.colours * header.colour_bytes;
  if (static_cast<int64_t>(bytes.size()) - header.palette_at < size) {
    return BmpIsCut(bytes);
  }
  ColourTable table;
  bool is_grey = true;
  for (int i = 0; i < header.colours; ++i) {
    const int64_t at = header.palette_at + i * header.colour_bytes;
    const int blue = Number(bytes, at, 1);
    const int green = Number(bytes, at + 1, 1);
    const int red = Number(bytes, at + 2, 1);
    table.Set(i, red, green, blue);
    const int grey = header.colours == 2 ? 255 * i : i;
    is_grey &= red == grey && green == grey && blue == grey;
  }
  // Pillow then takes the numbers for bits, or for bytes.
  const bool misread = header.colours == 2
                           ? header.bits != 1
                           : header.bits != 8 && !header.IsRle();
  if (is_grey && misread) {
    return UnsupportedBmp(absl::StrCat("of ", header.bits, " bits with ",
                                       header.colours, " greys"),
                          "another palette: Pillow 9.4 reads this one wrongly");
  }
  return table;
}

}  // namespace maskfill
