// From image files to shards of ImageRecord.
#ifndef MASKFILL_INGEST_INGEST_H_
#define MASKFILL_INGEST_INGEST_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"
#include "ingest/groups.h"
#include "ingest/image_reader.h"
#include "ingest/layout/layout.h"
#include "ingest/selection.h"
#include "ingest/verify_images.h"

namespace maskfill {

// Raised when the records of the same images and options change.
inline constexpr uint32_t kIngestVersion = 1;

struct IngestOptions {
  RunOptions run;        // its input is `source`
  SourceOptions source;  // with a hold-out, "val" is a part of "train"
  SelectionOptions selection;
  GroupOptions groups;
  // Of the set; empty: "<layout>-<split>", "<layout>-holdout" of a hold-out.
  std::string name;
  ImageReadOptions read;
  int64_t num_shards = 0;  // 0: one per 1000 images
};

// Writes one ImageRecord per chosen image of `source` and the manifest. A
// source whose list cannot be relied on is an error (ListImages); what was
// passed over and how it differs from the published set is logged and noted in
// the manifest.
//
// Image i in the order of (label, path) is in shard i % num_shards, so that
// each shard is a sample of all classes. The bytes depend on the images and
// options alone, not on threads and tasks. An image that cannot be read or
// decoded ends the run (IsOfTheFile), unless run.max_bad_records allows it;
// then it is left out and listed in the manifest. Up to 20 of them are logged
// before the run ends; VerifySource finds all.
//
// Memory: the list of files (image_list.h), and 2 * num_threads images on
// their way.
absl::StatusOr<WorkResult> Ingest(const IngestOptions& options);

// --verify_only: all that is wrong with `source`, whatever the selection. The
// report goes to run.summary_json, too, where that is given.
absl::StatusOr<VerifyReport> VerifySource(const IngestOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_INGEST_H_
