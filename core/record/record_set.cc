#include "core/record/record_set.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/record/shard_name.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

absl::Status CheckShardNames(const v1::Manifest& manifest) {
  for (int i = 0; i < manifest.shards_size(); ++i) {
    const std::string expected =
        ShardName(manifest.name(), i, manifest.shards_size());
    if (manifest.shards(i).name() != expected) {
      return absl::DataLossError(
          absl::StrCat("shard ", i, " is \"", manifest.shards(i).name(),
                       "\", expected \"", expected, "\""));
    }
  }
  return absl::OkStatus();
}

}  // namespace

RecordSet::RecordSet(std::string dir, v1::Manifest manifest)
    : dir_(std::move(dir)), manifest_(std::move(manifest)) {
  for (const v1::ShardEntry& shard : manifest_.shards()) {
    num_records_ += shard.records();
  }
}

absl::StatusOr<RecordSet> RecordSet::Open(
    const std::string& dir, absl::string_view expected_record_type) {
  ASSIGN_OR_RETURN(const std::string path, FindManifest(dir));
  ASSIGN_OR_RETURN(v1::Manifest manifest, ReadManifest(path));
  if (!expected_record_type.empty() &&
      manifest.record_type() != expected_record_type) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": holds ", manifest.record_type(), " made by ", manifest.tool(),
        ", expected ", expected_record_type, "; give another directory"));
  }
  RETURN_IF_ERROR(Annotate(CheckShardNames(manifest), path));
  RecordSet set(dir, std::move(manifest));
  for (int64_t i = 0; i < set.num_shards(); ++i) {
    const std::string shard = set.ShardPath(i);
    absl::StatusOr<int64_t> bytes = FileSize(shard);
    if (!bytes.ok()) {
      if (!absl::IsNotFound(bytes.status())) return bytes.status();
      return Annotate(bytes.status(),
                      absl::StrCat("a shard of ", path,
                                   " is missing; make the "
                                   "set again with --overwrite"));
    }
    const std::string index = IndexName(shard);
    ASSIGN_OR_RETURN(const bool indexed, FindPath(index));
    if (!indexed) {
      return absl::NotFoundError(
          absl::StrCat(index, " is missing, which belongs to ", path,
                       "; write it again with: records index ", dir));
    }
    const int64_t expected = set.manifest_.shards(static_cast<int>(i)).bytes();
    if (*bytes != expected) {
      return absl::DataLossError(absl::StrCat(
          shard, ": has ", *bytes, " bytes, its manifest says ", expected,
          "; it is damaged or from another run: make the set again with "
          "--overwrite"));
    }
  }
  return set;
}

std::string RecordSet::ShardPath(int64_t shard) const {
  CHECK_GE(shard, 0);
  CHECK_LT(shard, num_shards());
  return JoinPath(dir_, manifest_.shards(static_cast<int>(shard)).name());
}

int64_t RecordSet::ShardBegin(int64_t shard) const {
  int64_t records = 0;
  for (int i = 0; i < static_cast<int>(shard); ++i) {
    records += manifest_.shards(i).records();
  }
  return records;
}

absl::StatusOr<std::unique_ptr<RecordReader>> RecordSet::OpenShard(
    int64_t shard) const {
  RecordReaderOptions options;
  const std::string path = ShardPath(shard);
  options.expected = manifest_.shards(static_cast<int>(shard));
  return RecordReader::Open(path, std::move(options));
}

v1::InputReference RecordSet::AsInput(absl::string_view role) const {
  v1::InputReference input;
  input.set_role(std::string(role));
  input.set_path(dir_);
  input.set_fingerprint(manifest_.content_fingerprint());
  return input;
}

}  // namespace maskfill
