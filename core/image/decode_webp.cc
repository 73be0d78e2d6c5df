#include "core/image/decode_webp.h"

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/image/bytes_at.h"
#include "webp/decode.h"
#include "webp/demux.h"

namespace maskfill {
namespace {

constexpr int64_t kChunkHeaderBytes = 8;
constexpr int64_t kFirstChunk = 12;  // behind "RIFF", the size and "WEBP"

// That the file is as long as it says and consists of whole chunks. libwebp's
// simple decoder looks no further than the image's own chunk, and takes a lossy
// one whose last partition is cut; Pillow goes through its demuxer.
absl::Status CheckChunks(absl::string_view bytes) {
  const int64_t size = static_cast<int64_t>(bytes.size());
  const int64_t end =
      kChunkHeaderBytes + NumberAt(bytes, 4, 4, ByteOrder::kLittle);
  if (end > size) {
    return absl::DataLossError(absl::StrCat("the WebP file is cut: it has ",
                                            size, " of ", end, " bytes"));
  }
  int64_t at = kFirstChunk;
  while (at + kChunkHeaderBytes <= end) {
    const int64_t payload = NumberAt(bytes, at + 4, 4, ByteOrder::kLittle);
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

void DropAlpha(const uint8_t* rgba, Image* image) {
  for (int64_t i = 0; i < image->height * image->width; ++i) {
    std::memcpy(&image->pixels[3 * i], &rgba[4 * i], 3);
  }
}

// The first frame on its canvas, which is black where the frame is not.
absl::StatusOr<Image> FirstFrame(absl::string_view bytes, Image image,
                                 DecodeNotes* notes) {
  const WebPData data = {reinterpret_cast<const uint8_t*>(bytes.data()),
                         bytes.size()};
  WebPAnimDecoderOptions options;
  if (!WebPAnimDecoderOptionsInit(&options)) {
    return absl::InternalError("libwebpdemux is not the one it was built with");
  }
  options.color_mode = MODE_RGBA;
  const std::unique_ptr<WebPAnimDecoder, decltype(&WebPAnimDecoderDelete)>
      decoder(WebPAnimDecoderNew(&data, &options), WebPAnimDecoderDelete);
  WebPAnimInfo info;
  uint8_t* rgba = nullptr;
  int time_ms = 0;
  if (decoder == nullptr || !WebPAnimDecoderGetInfo(decoder.get(), &info) ||
      info.canvas_height != image.height || info.canvas_width != image.width ||
      !WebPAnimDecoderGetNext(decoder.get(), &rgba, &time_ms)) {
    return Damaged(VP8_STATUS_BITSTREAM_ERROR);
  }
  notes->has_more_frames = info.frame_count > 1;
  DropAlpha(rgba, &image);
  return image;
}

}  // namespace

absl::StatusOr<Image> DecodeWebp(absl::string_view bytes,
                                 const DecodeOptions& options,
                                 DecodeNotes* notes) {
  RETURN_IF_ERROR(CheckChunks(bytes));
  const uint8_t* data = reinterpret_cast<const uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  const VP8StatusCode code = WebPGetFeatures(data, bytes.size(), &features);
  if (code != VP8_STATUS_OK) return Damaged(code);
  const int64_t height = features.height;
  const int64_t width = features.width;
  RETURN_IF_ERROR(CheckImageSize(height, width, options));

  Image image(height, width);
  if (features.has_animation) {
    return FirstFrame(bytes, std::move(image), notes);
  }
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
  DropAlpha(rgba.data(), &image);
  return image;
}

}  // namespace maskfill
