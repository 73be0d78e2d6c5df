// --verify_only: which images of a data set cannot be used.
#ifndef MASKFILL_INGEST_VERIFY_IMAGES_H_
#define MASKFILL_INGEST_VERIFY_IMAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/progress.h"
#include "ingest/image_list.h"

namespace maskfill {

struct VerifyReport {
  struct BadImage {
    std::string path;
    std::string reason;
  };
  std::vector<std::string> class_keys;
  std::vector<int64_t> images_per_class;  // usable ones
  std::vector<BadImage> bad;              // in the order of (label, path)
  int64_t images = 0;                     // usable ones
  int64_t warnings = 0;                   // images with DecodeReport.warnings
};

// Decodes every image as Ingest would and writes nothing. Errors as Ingest's,
// except that bad images are in the report.
absl::StatusOr<VerifyReport> VerifyImages(const ImageList& list,
                                          int num_threads,
                                          ProgressMode progress);

// For people: one line per class that has images, one per bad image, and a
// last one with the sums.
std::string ToText(const VerifyReport& report);

// DataLoss when the report has more than `max_bad_records` bad images.
absl::Status CheckVerifyReport(const VerifyReport& report,
                               int64_t max_bad_records);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_VERIFY_IMAGES_H_
