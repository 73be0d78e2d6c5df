#include "core/stage/stage_directory.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/record/record_set.h"
#include "core/record/shard_name.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// Later in this order is removed later: without its manifest a set is
// unfinished, without its entry a shard is.
enum class FileKind { kManifest, kEntry, kShard, kIndex };

// What a file name of a stage directory says.
struct StageFile {
  FileKind kind = FileKind::kShard;
  std::string set;  // prefix of the names
  int64_t shard = 0;
  int64_t num_shards = 0;
};

// "cams-00003-of-00016" into its parts.
bool ParseStem(absl::string_view stem, StageFile* file) {
  const size_t of = stem.rfind("-of-");
  if (of == absl::string_view::npos) return false;
  const size_t dash = stem.substr(0, of).rfind('-');
  if (dash == absl::string_view::npos || dash == 0) return false;
  const absl::string_view shard = stem.substr(dash + 1, of - dash - 1);
  const absl::string_view total = stem.substr(of + 4);
  if (!absl::SimpleAtoi(shard, &file->shard) ||
      !absl::SimpleAtoi(total, &file->num_shards)) {
    return false;
  }
  file->set = std::string(stem.substr(0, dash));
  // Only names that ShardName() itself writes.
  return absl::StrCat(stem, ".tfrecord") ==
         ShardName(file->set, file->shard, file->num_shards);
}

std::optional<StageFile> ParseStageFile(absl::string_view name) {
  StageFile file;
  if (absl::ConsumeSuffix(&name, ".manifest.json")) {
    if (name.empty() || name[0] == '.') return std::nullopt;
    file.kind = FileKind::kManifest;
    file.set = std::string(name);
    return file;
  }
  if (absl::ConsumeSuffix(&name, ".entry.json")) {
    file.kind = FileKind::kEntry;
    if (!absl::ConsumePrefix(&name, ".")) return std::nullopt;
  } else if (absl::ConsumeSuffix(&name, ".tfrecord")) {
    file.kind = FileKind::kShard;
  } else if (absl::ConsumeSuffix(&name, ".tfrecord.idx")) {
    file.kind = FileKind::kIndex;
  } else {
    return std::nullopt;
  }
  if (!ParseStem(name, &file)) return std::nullopt;
  return file;
}

// Sums over the shards; the least or greatest value of counters that are named
// min_... or max_...
void SumCounters(const v1::Manifest& manifest, v1::Manifest* out) {
  std::map<std::string, double> sums;
  for (const v1::ShardEntry& shard : manifest.shards()) {
    for (const v1::Counter& counter : shard.counters()) {
      const auto [sum, added] =
          sums.try_emplace(counter.name(), counter.value());
      if (added) continue;
      if (absl::StartsWith(counter.name(), "min_")) {
        sum->second = std::min(sum->second, counter.value());
      } else if (absl::StartsWith(counter.name(), "max_")) {
        sum->second = std::max(sum->second, counter.value());
      } else {
        sum->second += counter.value();
      }
    }
  }
  for (const auto& [name, value] : sums) {
    v1::Counter* counter = out->add_counters();
    counter->set_name(name);
    counter->set_value(value);
  }
}

}  // namespace

StageDirectory::StageDirectory(std::string dir, v1::Manifest plan,
                               int64_t num_shards)
    : dir_(std::move(dir)), plan_(std::move(plan)), num_shards_(num_shards) {}

std::string StageDirectory::ShardPath(int64_t shard) const {
  return JoinPath(dir_, ShardName(plan_.name(), shard, num_shards_));
}

std::string StageDirectory::EntryPath(int64_t shard) const {
  return JoinPath(dir_, ShardEntryName(plan_.name(), shard, num_shards_));
}

absl::Status StageDirectory::CheckIsDirectoryOrAbsent() const {
  // Also for a parent that is a file, which mkdir would call "not found".
  for (std::string path = dir_;; path = Dirname(path)) {
    if (PathExists(path)) {
      if (IsDirectory(path)) return absl::OkStatus();
      return absl::InvalidArgumentError(
          absl::StrCat("--output is \"", dir_, "\", but \"", path,
                       "\" is a file, expected a directory"));
    }
    if (path == "." || path == "/") return absl::OkStatus();
  }
}

absl::Status StageDirectory::OtherWork(const v1::Manifest& there,
                                       const std::string& file) const {
  std::string difference =
      DescribeDifference(plan_, there, "this run", "the output");
  if (there.fingerprint() == plan_.fingerprint()) {
    difference = absl::StrCat("this run makes ", num_shards_, " shards \"",
                              plan_.name(), "\"");
  }
  return absl::FailedPreconditionError(
      absl::StrCat("\"", dir_, "\" holds the result of other work: ", file,
                   " has fingerprint ", there.fingerprint(), ", this run has ",
                   plan_.fingerprint(), "; ", difference,
                   "; use --overwrite or another --output"));
}

absl::Status StageDirectory::CheckSameWork() const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir_));
  for (const std::string& name : names) {
    const std::optional<StageFile> file = ParseStageFile(name);
    if (!file.has_value()) continue;
    const bool is_manifest = file->kind == FileKind::kManifest;
    if (!is_manifest && file->kind != FileKind::kEntry) continue;
    const std::string path = JoinPath(dir_, name);
    const absl::StatusOr<v1::Manifest> there =
        is_manifest ? ReadManifest(path) : ReadUnfinishedManifest(path);
    if (!there.ok()) {
      // Another task has just published and removed its entries.
      if (absl::IsNotFound(there.status())) continue;
      if (is_manifest || !absl::IsDataLoss(there.status())) {
        return Annotate(there.status(), "--output");
      }
      LOG(WARNING) << there.status().message()
                   << "; the shard will be made again";
      continue;
    }
    const bool same_names =
        file->set == plan_.name() &&
        num_shards_ == (is_manifest ? there->shards_size() : file->num_shards);
    if (there->fingerprint() != plan_.fingerprint() || !same_names) {
      return OtherWork(*there, name);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::Manifest>> StageDirectory::ReadPublished()
    const {
  if (!PathExists(JoinPath(dir_, ManifestName(plan_.name())))) {
    return std::optional<v1::Manifest>();
  }
  ASSIGN_OR_RETURN(const RecordSet set,
                   RecordSet::Open(dir_, plan_.record_type()));
  return std::optional<v1::Manifest>(set.manifest());
}

absl::StatusOr<std::optional<v1::ShardEntry>> StageDirectory::ReadEntry(
    int64_t shard) const {
  const std::optional<v1::ShardEntry> none;
  const std::string path = EntryPath(shard);
  if (!PathExists(path)) return none;
  const absl::StatusOr<v1::Manifest> entry = ReadUnfinishedManifest(path);
  if (!entry.ok()) {
    if (absl::IsNotFound(entry.status()) || absl::IsDataLoss(entry.status())) {
      return none;
    }
    return entry.status();
  }
  if (entry->fingerprint() != plan_.fingerprint() ||
      entry->shards_size() != 1 ||
      entry->shards(0).name() != Basename(ShardPath(shard))) {
    return none;
  }
  const absl::StatusOr<int64_t> bytes = FileSize(ShardPath(shard));
  if (!bytes.ok() || *bytes != entry->shards(0).bytes() ||
      !PathExists(IndexName(ShardPath(shard)))) {
    return none;
  }
  return std::optional<v1::ShardEntry>(entry->shards(0));
}

absl::Status StageDirectory::WriteEntry(int64_t shard,
                                        const v1::ShardEntry& entry) const {
  v1::Manifest manifest = plan_;
  manifest.clear_dataset();
  *manifest.add_shards() = entry;
  return WriteFileAtomically(EntryPath(shard), ManifestToJson(manifest));
}

absl::Status StageDirectory::RemoveOldSet(
    const std::function<bool(int64_t shard)>& is_own) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir_));
  std::set<std::string> sets = {plan_.name()};
  std::vector<std::pair<StageFile, std::string>> files;
  for (const std::string& name : names) {
    const std::optional<StageFile> file = ParseStageFile(name);
    if (!file.has_value()) continue;
    files.emplace_back(*file, name);
    if (file->kind == FileKind::kManifest || file->kind == FileKind::kEntry) {
      sets.insert(file->set);
    }
  }
  std::stable_sort(
      files.begin(), files.end(),
      [](const auto& a, const auto& b) { return a.first.kind < b.first.kind; });
  for (const auto& [file, name] : files) {
    const bool ours = file.kind != FileKind::kManifest &&
                      file.set == plan_.name() &&
                      file.num_shards == num_shards_;
    if (sets.count(file.set) == 0 || (ours && !is_own(file.shard))) continue;
    RETURN_IF_ERROR(RemoveFile(JoinPath(dir_, name)));
  }
  return SyncDirectory(dir_);
}

absl::Status CheckBadRecords(const v1::Manifest& manifest,
                             int64_t max_bad_records) {
  int64_t bad_records = 0;
  std::string first;
  for (const v1::ShardEntry& shard : manifest.shards()) {
    if (first.empty() && shard.bad_records_size() > 0) {
      first = absl::StrCat(shard.bad_records(0).source(), ": ",
                           shard.bad_records(0).reason());
    }
    bad_records += shard.bad_records_size();
  }
  if (bad_records <= max_bad_records) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      bad_records, " records are unusable, --max_bad_records allows ",
      max_bad_records, "; the first is ", first));
}

absl::StatusOr<std::optional<v1::Manifest>> StageDirectory::Publish(
    int64_t max_bad_records) const {
  v1::Manifest manifest = plan_;
  for (int64_t shard = 0; shard < num_shards_; ++shard) {
    ASSIGN_OR_RETURN(std::optional<v1::ShardEntry> entry, ReadEntry(shard));
    if (!entry.has_value()) {
      // Missing, or another task has published and removed it in between.
      ASSIGN_OR_RETURN(std::optional<v1::Manifest> published, ReadPublished());
      if (published.has_value()) RETURN_IF_ERROR(RemoveEntries());
      return published;
    }
    *manifest.add_shards() = *std::move(entry);
  }
  RETURN_IF_ERROR(CheckBadRecords(manifest, max_bad_records));
  SumCounters(manifest, &manifest);
  manifest.set_content_fingerprint(ComputeContentFingerprint(manifest));
  RETURN_IF_ERROR(WriteManifest(dir_, manifest));
  RETURN_IF_ERROR(RemoveEntries());
  return std::optional<v1::Manifest>(std::move(manifest));
}

absl::Status StageDirectory::RemoveEntries() const {
  for (int64_t shard = 0; shard < num_shards_; ++shard) {
    RETURN_IF_ERROR(RemoveFile(EntryPath(shard)));
  }
  return absl::OkStatus();
}

}  // namespace maskfill
