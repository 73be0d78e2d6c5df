// What a source of images is: the contents of its files.
#ifndef MASKFILL_INGEST_SOURCE_DIGEST_H_
#define MASKFILL_INGEST_SOURCE_DIGEST_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/progress.h"
#include "ingest/image_list.h"

namespace maskfill {

struct SourceDigestOptions {
  // File of digests that earlier runs and other tasks worked out; empty: none.
  std::string memory;
  bool may_write_memory = true;
  // Smaller sources are read each time and not remembered.
  int64_t remember_from_bytes = int64_t{256} << 20;
  // What changed more recently may change again without a new time.
  absl::Duration settled_after = absl::Seconds(2);
  // Each task begins elsewhere and finds what the others did in `memory`.
  int64_t task_index = 0;
  int64_t task_count = 1;
  int num_threads = 0;
  ProgressMode progress = ProgressMode::kNone;
};

struct SourceDigest {
  std::string fingerprint;
  int64_t images_read = 0;  // the others' digests were remembered
};

// The fingerprint is a SHA-256 over the sorted paths, sizes and contents: the
// same for every copy of a data set, wherever it lies and whenever it was
// unpacked. A file that cannot be read, or is none, counts as that; ingest will
// tell of it.
//
// Reading ImageNet takes long, so a large source is read once: `memory` keeps a
// line of 138 bytes per folder, found by the paths, sizes, inodes and times of
// its files; where one of them was changed or replaced, its folder is read
// again. Processes append to it while they read. A memory that is missing,
// damaged or cannot be written costs time, never truth.
//
// Cancelled: preempted.
absl::StatusOr<SourceDigest> DigestSource(const ImageList& list,
                                          const SourceDigestOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_SOURCE_DIGEST_H_
