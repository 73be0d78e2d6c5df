#include "spurious_shapes/dataset/stored_png.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/string_view.h"
#include "zlib.h"

namespace maskfill {
namespace {

constexpr size_t kMaxStoredBlock = 65535;
constexpr char kSignature[] = "\x89PNG\r\n\x1a\n";

void AppendBigEndian(uint32_t value, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift));
  }
}

const Bytef* AsBytes(absl::string_view bytes) {
  return reinterpret_cast<const Bytef*>(bytes.data());
}

void AppendChunk(absl::string_view type, absl::string_view body,
                 std::string* out) {
  AppendBigEndian(static_cast<uint32_t>(body.size()), out);
  const size_t start = out->size();
  out->append(type.data(), type.size());
  out->append(body.data(), body.size());
  const absl::string_view checked = absl::string_view(*out).substr(start);
  AppendBigEndian(
      static_cast<uint32_t>(crc32_z(0, AsBytes(checked), checked.size())), out);
}

// `rows` as a zlib stream of stored blocks.
std::string Store(absl::string_view rows) {
  std::string out;
  out.reserve(rows.size() + rows.size() / kMaxStoredBlock * 5 + 16);
  out += "\x78\x01";  // deflate with a 32 KiB window, fastest
  absl::string_view left = rows;
  while (true) {
    const size_t n = std::min(left.size(), kMaxStoredBlock);
    out.push_back(n == left.size() ? 1 : 0);  // last block?
    for (const size_t word : {n, ~n}) {
      out.push_back(static_cast<char>(word & 0xFF));
      out.push_back(static_cast<char>((word >> 8) & 0xFF));
    }
    out.append(left.data(), n);
    left.remove_prefix(n);
    if (left.empty()) break;
  }
  AppendBigEndian(
      static_cast<uint32_t>(adler32_z(1, AsBytes(rows), rows.size())), &out);
  return out;
}

}  // namespace

std::string EncodeStoredPng(PngColour colour, int64_t height, int64_t width,
                            const uint8_t* pixels) {
  const int64_t row_bytes = width * (colour == PngColour::kRgb ? 3 : 1);
  std::string header;
  AppendBigEndian(static_cast<uint32_t>(width), &header);
  AppendBigEndian(static_cast<uint32_t>(height), &header);
  header.push_back(8);                                  // bits per channel
  header.push_back(colour == PngColour::kRgb ? 2 : 0);  // colour type
  header.append(3, '\0');  // deflate, adaptive filters, not interlaced

  std::string rows;
  rows.reserve(height * (row_bytes + 1));
  for (int64_t y = 0; y < height; ++y) {
    rows.push_back(0);  // no filter
    rows.append(reinterpret_cast<const char*>(pixels) + y * row_bytes,
                row_bytes);
  }

  std::string out(kSignature, sizeof(kSignature) - 1);
  AppendChunk("IHDR", header, &out);
  AppendChunk("IDAT", Store(rows), &out);
  AppendChunk("IEND", "", &out);
  return out;
}

}  // namespace maskfill
