#include "core/record/shard_name.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace maskfill {
namespace {

// "cams-00003-of-00016"
std::string ShardStem(absl::string_view name, int64_t shard,
                      int64_t num_shards) {
  return absl::StrFormat("%s-%05d-of-%05d", name, shard, num_shards);
}

}  // namespace

std::string ShardName(absl::string_view name, int64_t shard,
                      int64_t num_shards) {
  return absl::StrCat(ShardStem(name, shard, num_shards), ".tfrecord");
}

std::string IndexName(absl::string_view shard_name) {
  return absl::StrCat(shard_name, ".idx");
}

std::string ManifestName(absl::string_view name) {
  return absl::StrCat(name, ".manifest.json");
}

std::string ShardEntryName(absl::string_view name, int64_t shard,
                           int64_t num_shards) {
  return absl::StrCat(".", ShardStem(name, shard, num_shards), ".entry.json");
}

}  // namespace maskfill
