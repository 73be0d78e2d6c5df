// How the files of a stage directory are called.
#ifndef MASKFILL_CORE_RECORD_SHARD_NAME_H_
#define MASKFILL_CORE_RECORD_SHARD_NAME_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace maskfill {

// "cams-00003-of-00016.tfrecord". The total is in the name, so that a missing
// shard is seen; more than five digits are written in full.
std::string ShardName(absl::string_view name, int64_t shard,
                      int64_t num_shards);

// "cams-00003-of-00016.tfrecord.idx", for a file name or a path.
std::string IndexName(absl::string_view shard_name);

// "cams.manifest.json".
std::string ManifestName(absl::string_view name);

// ".cams-00003-of-00016.entry.json": a finished shard of an unfinished set.
std::string ShardEntryName(absl::string_view name, int64_t shard,
                           int64_t num_shards);

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_SHARD_NAME_H_
