#include "core/image/decode.h"

#include "absl/status/status.h"
#include "core/base/status_macros.h"
#include "core/image/decode_bmp.h"
#include "core/image/decode_gif.h"
#include "core/image/decode_jpeg.h"
#include "core/image/decode_png.h"
#include "core/image/decode_tiff.h"
#include "core/image/decode_webp.h"

namespace maskfill {

absl::StatusOr<Image> DecodeImage(absl::string_view bytes,
                                  const DecodeOptions& options,
                                  DecodeReport* report) {
  DecodeReport unused;
  if (report == nullptr) report = &unused;
  *report = DecodeReport();
  ASSIGN_OR_RETURN(report->format, SniffImageFormat(bytes));
  switch (report->format) {
    case ImageFormat::kJpeg:
      return DecodeJpeg(bytes, options, &report->notes);
    case ImageFormat::kPng:
      return DecodePng(bytes, options, &report->notes);
    case ImageFormat::kWebp:
      return DecodeWebp(bytes, options, &report->notes);
    case ImageFormat::kGif:
      return DecodeGif(bytes, options, &report->notes);
    case ImageFormat::kBmp:
      return DecodeBmp(bytes, options, &report->notes);
    case ImageFormat::kTiff:
      return DecodeTiff(bytes, options, &report->notes);
  }
  return absl::InternalError("an image format without a decoder");
}

}  // namespace maskfill
