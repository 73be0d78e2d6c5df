#include "ingest/image_reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/names.h"
#include "core/base/ordered_parallel.h"
#include "core/base/preemption.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "core/image/clip_preprocess.h"
#include "core/image/decode.h"
#include "core/image/encode_png.h"
#include "core/image/exif_orientation.h"
#include "core/image/image.h"
#include "core/image/record_pixels.h"
#include "ingest/source_findings.h"

namespace maskfill {
namespace {

// In the order of PixelsMode and ExifMode.
constexpr const char* kPixels[] = {"original", "preprocessed"};
constexpr const char* kExif[] = {"ignore", "apply"};

}  // namespace

absl::StatusOr<PixelsMode> ParsePixelsMode(absl::string_view text) {
  return ParseName<PixelsMode>(kPixels, text,
                               "--pixels is \"$0\", expected $1");
}

const char* ToString(PixelsMode mode) {
  return kPixels[static_cast<size_t>(mode)];
}

absl::StatusOr<ExifMode> ParseExifMode(absl::string_view text) {
  return ParseName<ExifMode>(kExif, text, "--exif is \"$0\", expected $1");
}

const char* ToString(ExifMode mode) { return kExif[static_cast<size_t>(mode)]; }

bool IsOfTheFile(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsPermissionDenied(status) ||
         absl::IsUnavailable(status);
}

namespace {

const char* NameOfType(uint32_t type) {
  switch (type) {
    case 0:
      return "missing";
    case S_IFLNK:
      return "a link to nothing";
    case S_IFDIR:
      return "a directory";
    case S_IFIFO:
      return "a FIFO";
    case S_IFSOCK:
      return "a socket";
    default:
      return "a device";
  }
}

// Records hold paths as text, and nothing but a regular file is opened: a FIFO
// would keep its reader waiting for ever.
absl::Status CheckCanBeRead(const ImageFile& file) {
  if (FindInvalidUtf8(file.path) != absl::string_view::npos) {
    return absl::DataLossError("the path is no UTF-8; rename it");
  }
  if (file.stamp.type == S_IFREG) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("it is ", NameOfType(file.stamp.type),
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
  RETURN_IF_ERROR(CheckCanBeRead(file));
  const std::string path = JoinPath(source, file.path);
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
  ASSIGN_OR_RETURN(const FileStamp stamp, StampOf(path));
  if (!(stamp == file.stamp)) {
    return absl::AbortedError(absl::StrCat(
        "the file has ", stamp.bytes, " bytes and had ", file.stamp.bytes,
        " when the run began, or was replaced by another one; run again once ",
        "nothing writes there"));
  }
  ReadImageResult result;
  ASSIGN_OR_RETURN(const ImageFormat format, SniffImageFormat(bytes));
  RETURN_IF_ERROR(CheckFormat(format, options.admitted));
  DecodeReport report;
  ASSIGN_OR_RETURN(Image image, DecodeImage(bytes, {}, &report));
  RETURN_IF_ERROR(CheckFrames(report, options.admitted));
  result.warnings = report.notes.warnings;
  result.has_more_frames = report.notes.has_more_frames;
  const int orientation = ExifOrientation(bytes);
  result.exif_rotated = orientation != 1;
  if (options.digest) result.sha256 = Sha256Hex(bytes);
  const bool turn = result.exif_rotated && options.exif == ExifMode::kApply;
  if (options.border_px > 0) {
    ASSIGN_OR_RETURN(image, CutBorder(image, options.border_px));
  }
  if (turn) image = ApplyOrientation(image, orientation);
  if ((turn || options.border_px > 0) &&
      options.mode == PixelsMode::kOriginal) {
    ASSIGN_OR_RETURN(bytes, EncodePng(image));
    report.format = ImageFormat::kPng;
  }

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

absl::Status ReadImages(
    const ImageList& list, int64_t first, int64_t step,
    ImageReadOptions options, int num_threads,
    const std::function<absl::Status(ReadImageOutcome)>& consume) {
  options.border_px = list.border_px;
  options.admitted = list.admitted;
  const int64_t num_files = static_cast<int64_t>(list.files.size());
  int64_t next = first;
  return OrderedParallel<const ImageFile*, ReadImageOutcome>(
      num_threads,
      [&]() -> absl::StatusOr<std::optional<const ImageFile*>> {
        RETURN_IF_ERROR(CheckNotPreempted());
        if (next >= num_files) return std::optional<const ImageFile*>();
        const ImageFile* file = &list.files[next];
        next += step;
        return std::optional<const ImageFile*>(file);
      },
      [&](const ImageFile* file) -> absl::StatusOr<ReadImageOutcome> {
        ReadImageOutcome outcome{file, ReadImage(list.source, *file, options)};
        // Only what is wrong with the image itself is for --max_bad_records.
        if (!outcome.image.ok() && !IsOfTheFile(outcome.image.status())) {
          return Annotate(outcome.image.status(), PrintablePath(file->path));
        }
        return outcome;
      },
      consume);
}

}  // namespace maskfill
