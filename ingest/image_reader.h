// From an image file to its record.
#ifndef MASKFILL_INGEST_IMAGE_READER_H_
#define MASKFILL_INGEST_IMAGE_READER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ingest/admitted_images.h"
#include "ingest/image_list.h"
#include "proto/records.pb.h"

namespace maskfill {

enum class PixelsMode {
  // The file's bytes, decoded once to know that they are sound; where a border
  // is cut off or the image turned, a PNG of the pixels.
  kOriginal,
  kPreprocessed,  // clip_preprocess.h's pixels
};
absl::StatusOr<PixelsMode> ParsePixelsMode(absl::string_view text);
const char* ToString(PixelsMode mode);

// What is done about the orientation in a file's EXIF data.
enum class ExifMode {
  kIgnore,  // as Pillow's open(), torchvision and CLIP
  kApply,   // the image is turned as it is to be seen
};
absl::StatusOr<ExifMode> ParseExifMode(absl::string_view text);
const char* ToString(ExifMode mode);

struct ImageReadOptions {
  PixelsMode mode = PixelsMode::kOriginal;
  int64_t image_size = 224;  // px, of preprocessed pixels
  int64_t border_px = 0;     // cut off on each side before anything else
  ExifMode exif = ExifMode::kIgnore;
  AdmittedImages admitted = {};
  bool digest = false;  // whether ReadImageResult.sha256 is wanted
};

struct ReadImageResult {
  v1::ImageRecord record;
  int64_t warnings = 0;          // DecodeNotes.warnings
  bool has_more_frames = false;  // DecodeNotes.has_more_frames
  bool exif_rotated = false;     // ExifOrientation() is not 1
  std::string sha256;            // of the file's bytes, hex
};

// Reads and decodes `file` below `source`. DataLoss when it is not a sound
// image, one that is not admitted or no file at all, when its path is no UTF-8
// or nothing is left inside its border; Aborted when it is no longer the one
// that was listed; a failure of the system as ReadFile reports it. The record's
// group is left to the caller. Errors do not name the file, their source being
// file.path. Thread-safe.
absl::StatusOr<ReadImageResult> ReadImage(const std::string& source,
                                          const ImageFile& file,
                                          const ImageReadOptions& options);

// Whether ReadImage's error is one of the file itself, for --max_bad_records:
// DataLoss, or that the system cannot read it (no permission, a bad sector).
bool IsOfTheFile(const absl::Status& status);

// An image of a list and what came of reading it: an error is one of the file.
struct ReadImageOutcome {
  const ImageFile* file;
  absl::StatusOr<ReadImageResult> image;
};

// Reads the images first, first + step, ... of `list`, as the list's border and
// formats say, and hands them to `consume` in that order. Fails with the first
// error that is not of a file, or of `consume`, and when told to stop.
absl::Status ReadImages(
    const ImageList& list, int64_t first, int64_t step,
    ImageReadOptions options, int num_threads,
    const std::function<absl::Status(ReadImageOutcome)>& consume);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_IMAGE_READER_H_
