#include "core/image/exif_orientation.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "core/image/bytes_at.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr int kUpright = 1;
constexpr uint16_t kOrientationTag = 0x0112;
constexpr absl::string_view kJpegStart("\xFF\xD8", 2);
constexpr absl::string_view kPngStart("\x89PNG\r\n\x1A\n", 8);
constexpr absl::string_view kExifStart("Exif\0\0", 6);
constexpr absl::string_view kLittleEndian("II*\0", 4);
constexpr absl::string_view kBigEndian("MM\0*", 4);

// `bytes` from `at` on, at most `size` of them.
absl::string_view Part(absl::string_view bytes, size_t at, size_t size) {
  return at < bytes.size() ? bytes.substr(at, size) : absl::string_view();
}

// Of a TIFF header with its first directory.
int OrientationOfTiff(absl::string_view tiff) {
  const bool little = absl::StartsWith(tiff, kLittleEndian);
  if (!little && !absl::StartsWith(tiff, kBigEndian)) return kUpright;
  const ByteOrder order = little ? ByteOrder::kLittle : ByteOrder::kBig;
  constexpr size_t kEntryBytes = 12;
  const size_t directory = NumberAt(tiff, 4, 4, order);
  const size_t entries = NumberAt(tiff, directory, 2, order);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * kEntryBytes;
    if (entry + kEntryBytes > tiff.size()) break;
    if (NumberAt(tiff, entry, 2, order) != kOrientationTag) continue;
    // A value of up to 4 bytes lies in the entry: BYTE, SHORT or LONG.
    const uint32_t type = NumberAt(tiff, entry + 2, 2, order);
    const size_t size = type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : 0;
    const uint32_t value = NumberAt(tiff, entry + 8, size, order);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : kUpright;
  }
  return kUpright;
}

// The data of the first APP1 segment that begins as EXIF's do.
absl::string_view ExifOfJpeg(absl::string_view file) {
  constexpr uint8_t kApp1 = 0xE1, kStartOfScan = 0xDA, kEndOfImage = 0xD9;
  size_t at = kJpegStart.size();
  while (at + 4 <= file.size() && static_cast<uint8_t>(file[at]) == 0xFF) {
    const uint8_t marker = static_cast<uint8_t>(file[at + 1]);
    if (marker == 0xFF) {  // a fill byte
      ++at;
      continue;
    }
    if (marker == kStartOfScan || marker == kEndOfImage) break;
    const size_t length = NumberAt(file, at + 2, 2, ByteOrder::kBig);
    absl::string_view data =
        Part(file, at + 4, std::max<size_t>(length, 2) - 2);
    if (marker == kApp1 && absl::ConsumePrefix(&data, kExifStart)) return data;
    at += 2 + length;
  }
  return "";
}

absl::string_view ExifOfPng(absl::string_view file) {
  constexpr size_t kAround = 12;  // length, type and checksum
  size_t at = kPngStart.size();
  while (at + kAround <= file.size()) {
    const size_t length = NumberAt(file, at, 4, ByteOrder::kBig);
    if (file.substr(at + 4, 4) == "eXIf") return Part(file, at + 8, length);
    at += kAround + length;
  }
  return "";
}

absl::string_view ExifOfWebp(absl::string_view file) {
  size_t at = 12;  // behind "RIFF", the size and "WEBP"
  while (at + 8 <= file.size()) {
    const size_t length = NumberAt(file, at + 4, 4, ByteOrder::kLittle);
    if (file.substr(at, 4) == "EXIF") {
      absl::string_view data = Part(file, at + 8, length);
      // Some writers keep JPEG's prefix.
      absl::ConsumePrefix(&data, kExifStart);
      return data;
    }
    at += 8 + length + length % 2;
  }
  return "";
}

}  // namespace

int ExifOrientation(absl::string_view file) {
  if (absl::StartsWith(file, kJpegStart)) {
    return OrientationOfTiff(ExifOfJpeg(file));
  }
  if (absl::StartsWith(file, kPngStart)) {
    return OrientationOfTiff(ExifOfPng(file));
  }
  if (absl::StartsWith(file, "RIFF") && Part(file, 8, 4) == "WEBP") {
    return OrientationOfTiff(ExifOfWebp(file));
  }
  return kUpright;
}

Image ApplyOrientation(const Image& image, int orientation) {
  CHECK(orientation >= 1 && orientation <= 8) << orientation;
  const bool swapped = orientation >= 5;
  Image turned(swapped ? image.width : image.height,
               swapped ? image.height : image.width);
  // Which ends of the stored image the seen one's rows and columns start from.
  const bool from_bottom = orientation == 3 || orientation == 4 ||
                           orientation == 6 || orientation == 7;
  const bool from_right = orientation == 2 || orientation == 3 ||
                          orientation == 7 || orientation == 8;
  for (int64_t y = 0; y < turned.height; ++y) {
    uint8_t* out = turned.Row(y);
    for (int64_t x = 0; x < turned.width; ++x) {
      const int64_t row = swapped ? x : y;
      const int64_t column = swapped ? y : x;
      const uint8_t* pixel =
          image.Row(from_bottom ? image.height - 1 - row : row) +
          3 * (from_right ? image.width - 1 - column : column);
      std::copy(pixel, pixel + 3, out + 3 * x);
    }
  }
  return turned;
}

}  // namespace maskfill
