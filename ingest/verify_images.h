// --verify_only: whether a data set is what it should be.
#ifndef MASKFILL_INGEST_VERIFY_IMAGES_H_
#define MASKFILL_INGEST_VERIFY_IMAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/progress.h"
#include "ingest/image_list.h"
#include "ingest/source_findings.h"
#include "proto/manifest.pb.h"

namespace maskfill {

struct VerifyReport {
  struct BadImage {
    std::string path;
    std::string reason;
  };
  // An image with the contents of one that comes before it.
  struct Duplicate {
    std::string path = {};
    std::string first = {};
    bool other_class = false;  // than the first one's
  };
  std::vector<std::string> class_keys;
  std::vector<int64_t> images_per_class;  // usable ones
  SourceFindings findings;                // of the list
  std::vector<BadImage> bad;              // in the order of (label, path)
  std::vector<Duplicate> duplicates;      // in that order, too
  int64_t images = 0;                     // usable ones
  int64_t warnings = 0;                   // images with DecodeNotes.warnings
  int64_t exif_rotated = 0;               // ReadImageResult.exif_rotated
  int64_t several_frames = 0;             // ReadImageResult.has_more_frames
};

// Decodes every image as Ingest would and writes nothing; goes on behind what
// is unusable. Errors as Ingest's, except those that are in the report. Memory:
// 100 bytes per image for their digests.
absl::StatusOr<VerifyReport> VerifyImages(const ImageList& list,
                                          int num_threads,
                                          ProgressMode progress);

// For people: a line per class that has images; then lines that begin with
// "error", "deviation", "left out", "unusable" or "duplicate"; and "total" with
// the sums.
std::string ToText(const VerifyReport& report);

// The same for --summary_json: the sums as counters, the lines as bad records
// (the unusable) and notes.
v1::Manifest ToManifest(const VerifyReport& report);

// DataLoss when the report has an error, a deviation or more than
// `max_bad_records` bad images. Duplicates are no error: the published sets
// have some.
absl::Status CheckVerifyReport(const VerifyReport& report,
                               int64_t max_bad_records);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_VERIFY_IMAGES_H_
