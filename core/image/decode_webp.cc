#include "core/image/decode_webp.h"

#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "webp/decode.h"

namespace maskfill {
namespace {

constexpr int64_t kChunkHeaderBytes = 8;
constexpr int64_t kFirstChunk = 12;  // behind "RIFF", the size and "WEBP"

uint32_t LittleEndian32(absl::string_view bytes) {
  uint32_t value = 0;
  for (int i = 3; i >= 0; --i) {
    value = value << 8 | static_cast<uint8_t>(bytes[i]);
  }
  return value;
}

// That the file is as long as it says and consists of whole chunks. libwebp's
// simple decoder looks no further than the image's own chunk, and takes a lossy
// one whose last partition is cut; Pillow goes through its demuxer.
absl::Status CheckChunks(absl::string_view bytes) {
  const int64_t size = static_cast<int64_t>(bytes.size());
  const int64_t end = kChunkHeaderBytes + LittleEndian32(bytes.substr(4));
  if (end > size) {
    return absl::DataLossError(absl::StrCat("the WebP file is cut: it has ",
                                            size, " of ", end, " bytes"));
  }
  int64_t at = kFirstChunk;
  while (at + kChunkHeaderBytes <= end) {
    const int64_t payload = LittleEndian32(bytes.substr(at + 4));
    at += kChunkHeaderBytes + payload + payload % 2;
  }
  if (at != end) {
    return absl::DataLossError(absl::StrCat(
        "the WebP file is damaged: its chunks make ", at, " bytes of ", end));
  }
  return absl::OkStatus();
}

absl::Status Damaged(VP8StatusCode code) {
  return absl::DataLossError(
      absl::StrCat("the WebP file is cut or damaged (libwebp status ",
                   static_cast<int>(code), ")"));
}

}  // namespace

absl::StatusOr<Image> DecodeWebp(absl::string_view bytes,
                                 const DecodeOptions& options,
                                 int64_t* /*warnings*/) {
  RETURN_IF_ERROR(CheckChunks(bytes));
  const uint8_t* data = reinterpret_cast<const uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  const VP8StatusCode code = WebPGetFeatures(data, bytes.size(), &features);
  if (code != VP8_STATUS_OK) return Damaged(code);
  if (features.has_animation) {
    return absl::DataLossError(
        "found an animated WebP image; only still ones are supported");
  }
  const int64_t height = features.height;
  const int64_t width = features.width;
  RETURN_IF_ERROR(CheckImageSize(height, width, options));

  Image image(height, width);
  if (!features.has_alpha) {
    if (WebPDecodeRGBInto(data, bytes.size(), image.pixels.data(),
                          image.pixels.size(), width * 3) == nullptr) {
      return Damaged(VP8_STATUS_BITSTREAM_ERROR);
    }
    return image;
  }
  // Alpha is decoded too, so that damage in it is found, and then dropped.
  std::vector<uint8_t> rgba(height * width * 4);
  if (WebPDecodeRGBAInto(data, bytes.size(), rgba.data(), rgba.size(),
                         width * 4) == nullptr) {
    return Damaged(VP8_STATUS_BITSTREAM_ERROR);
  }
  for (int64_t i = 0; i < height * width; ++i) {
    std::memcpy(&image.pixels[3 * i], &rgba[4 * i], 3);
  }
  return image;
}

}  // namespace maskfill
