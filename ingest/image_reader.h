// From an image file to its record.
#ifndef MASKFILL_INGEST_IMAGE_READER_H_
#define MASKFILL_INGEST_IMAGE_READER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ingest/image_list.h"
#include "proto/records.pb.h"

namespace maskfill {

enum class PixelsMode {
  // The file's bytes, decoded once to know that they are sound; where a border
  // is cut off, a PNG of the pixels inside.
  kOriginal,
  kPreprocessed,  // clip_preprocess.h's pixels
};
absl::StatusOr<PixelsMode> ParsePixelsMode(absl::string_view text);
const char* ToString(PixelsMode mode);

struct ImageReadOptions {
  PixelsMode mode = PixelsMode::kOriginal;
  int64_t image_size = 224;  // px, of preprocessed pixels
  int64_t border_px = 0;     // cut off on each side before anything else
};

struct ReadImageResult {
  v1::ImageRecord record;
  int64_t warnings = 0;  // DecodeReport.warnings
};

// Reads and decodes `file` below `source`. DataLoss when it is not a sound
// image or no file at all, or when nothing is left inside its border; Aborted
// when it is no longer the one that was listed; a failure of the system as
// ReadFile reports it.
// Errors do not name the file, their source being file.path. Thread-safe.
absl::StatusOr<ReadImageResult> ReadImage(const std::string& source,
                                          const ImageFile& file,
                                          const ImageReadOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_IMAGE_READER_H_
