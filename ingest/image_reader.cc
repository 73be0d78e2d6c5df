#include "ingest/image_reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/image/clip_preprocess.h"
#include "core/image/decode.h"
#include "core/image/encode_png.h"
#include "core/image/image.h"
#include "core/image/record_pixels.h"

namespace maskfill {

absl::StatusOr<PixelsMode> ParsePixelsMode(absl::string_view text) {
  if (text == "original") return PixelsMode::kOriginal;
  if (text == "preprocessed") return PixelsMode::kPreprocessed;
  return absl::InvalidArgumentError(absl::StrCat(
      "--pixels is \"", text, "\", expected original or preprocessed"));
}

const char* ToString(PixelsMode mode) {
  return mode == PixelsMode::kOriginal ? "original" : "preprocessed";
}

namespace {

// Nothing else is opened: a FIFO would keep its reader waiting for ever.
absl::Status CheckIsRegular(const FileStamp& stamp) {
  if (stamp.type == S_IFREG) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("it is a ",
                                          stamp.type == S_IFIFO    ? "FIFO"
                                          : stamp.type == S_IFSOCK ? "socket"
                                                                   : "device",
                                          ", expected a regular file"));
}

absl::StatusOr<Image> CutBorder(const Image& image, int64_t border_px) {
  const int64_t height = image.height - 2 * border_px;
  const int64_t width = image.width - 2 * border_px;
  if (height <= 0 || width <= 0) {
    return absl::DataLossError(
        absl::StrCat("the image has ", image.width, " x ", image.height,
                     " px, expected more inside a border of ", border_px,
                     " px, as ObjectNet's images have"));
  }
  Image inside(height, width);
  for (int64_t y = 0; y < height; ++y) {
    const uint8_t* row = image.Row(y + border_px) + 3 * border_px;
    std::copy(row, row + 3 * width, inside.Row(y));
  }
  return inside;
}

}  // namespace

absl::StatusOr<ReadImageResult> ReadImage(const std::string& source,
                                          const ImageFile& file,
                                          const ImageReadOptions& options) {
  RETURN_IF_ERROR(CheckIsRegular(file.stamp));
  const std::string path = JoinPath(source, file.path);
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
  ASSIGN_OR_RETURN(const FileStamp stamp, StampOf(path));
  if (!(stamp == file.stamp)) {
    return absl::AbortedError(absl::StrCat(
        "the file has ", stamp.bytes, " bytes and had ", file.stamp.bytes,
        " when the run began, or was replaced by another one; run again once ",
        "nothing writes there"));
  }
  DecodeReport report;
  ASSIGN_OR_RETURN(Image image, DecodeImage(bytes, {}, &report));
  if (options.border_px > 0) {
    ASSIGN_OR_RETURN(image, CutBorder(image, options.border_px));
    if (options.mode == PixelsMode::kOriginal) {
      ASSIGN_OR_RETURN(bytes, EncodePng(image));
      report.format = ImageFormat::kPng;
    }
  }

  ReadImageResult result;
  result.warnings = report.warnings;
  v1::ImageRecord& record = result.record;
  record.set_schema_version(1);
  record.set_id(ImageId(file));
  record.set_label(file.label);
  record.mutable_other_labels()->Assign(file.other_labels.begin(),
                                        file.other_labels.end());
  record.set_source(file.path);
  if (options.mode == PixelsMode::kPreprocessed) {
    *record.mutable_pixels() =
        ToPixelBlock(ResizeAndCenterCrop(image, options.image_size));
  } else {
    v1::EncodedImage* encoded = record.mutable_encoded();
    encoded->set_data(std::move(bytes));
    encoded->set_format(ToString(report.format));
    encoded->set_width(image.width);
    encoded->set_height(image.height);
  }
  return result;
}

}  // namespace maskfill
