// From image files to shards of ImageRecord.
#ifndef MASKFILL_INGEST_INGEST_H_
#define MASKFILL_INGEST_INGEST_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"
#include "ingest/image_reader.h"
#include "ingest/layout/layout.h"
#include "ingest/verify_images.h"

namespace maskfill {

// Raised when the records of the same images and options change.
inline constexpr uint32_t kIngestVersion = 1;

struct IngestOptions {
  RunOptions run;      // its input is `source`
  std::string source;  // directory
  Layout layout = Layout::kFolder;
  std::string split = "train";  // "train", "val" or "test"
  std::string name;             // of the set; empty: "<layout>-<split>"
  std::string classes_file;     // layout.h; may be empty
  ImageReadOptions read;
  int64_t num_shards = 0;  // 0: one per 1000 images
};

// Writes one ImageRecord per image of `source` and the manifest.
//
// Image i in the order of (label, path) is in shard i % num_shards, so that
// each shard is a sample of all classes. The bytes depend on the images and
// options alone, not on threads and tasks. An image that cannot be decoded
// ends the run with DataLoss, unless run.max_bad_records allows it; then it
// is left out and listed in the manifest. Up to 20 of them are logged before
// the run ends; VerifySource finds all.
//
// Memory: the list of files (image_list.h), and 2 * num_threads images on
// their way.
absl::StatusOr<WorkResult> Ingest(const IngestOptions& options);

// --verify_only: which images of `source` could not be used.
absl::StatusOr<VerifyReport> VerifySource(const IngestOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_INGEST_H_
