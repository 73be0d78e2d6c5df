#include "core/work/shard_directory.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/atomic_file.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/record/record_set.h"
#include "core/record/shard_name.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// Later in this order is removed later: without its manifest a set is
// unfinished, without its entry a shard is.
enum class FileKind { kManifest, kEntry, kShard, kIndex, kPlan };

// What a file name of such a directory says.
struct ShardFile {
  FileKind kind = FileKind::kShard;
  std::string set;  // prefix of the names
  int64_t shard = 0;
  int64_t num_shards = 0;
};

// "cams-00003-of-00016" into its parts.
bool ParseStem(absl::string_view stem, ShardFile* file) {
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

std::optional<ShardFile> ParseShardFile(absl::string_view name) {
  ShardFile file;
  if (name == kPlanFile) {
    file.kind = FileKind::kPlan;
    return file;
  }
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

ShardDirectory::ShardDirectory(std::string dir, v1::Manifest plan,
                               int64_t num_shards)
    : dir_(std::move(dir)), plan_(std::move(plan)), num_shards_(num_shards) {}

std::string ShardDirectory::ShardPath(int64_t shard) const {
  return JoinPath(dir_, ShardName(plan_.name(), shard, num_shards_));
}

std::string ShardDirectory::EntryPath(int64_t shard) const {
  return JoinPath(dir_, ShardEntryName(plan_.name(), shard, num_shards_));
}

std::string ShardDirectory::PlanPath() const {
  return JoinPath(dir_, kPlanFile);
}

absl::StatusOr<Found> ShardDirectory::Inspect() const {
  return Look(/*with_plan=*/true);
}

absl::StatusOr<Found> ShardDirectory::Look(bool with_plan) const {
  Found found;
  // Also for a parent that is a file, which mkdir would call "not found".
  for (std::string path = dir_; path != "/"; path = Dirname(path)) {
    ASSIGN_OR_RETURN(const bool there, FindPath(path));
    if (!there) continue;
    ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(path));
    if (is_directory) break;
    found.standing = Standing::kNotOurs;
    found.description =
        absl::StrCat("\"", path, "\" is a file, expected a directory");
    return found;
  }
  ASSIGN_OR_RETURN(const bool there, FindPath(dir_));
  if (!there) return found;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir_));
  for (const std::string& name : names) {
    const std::optional<ShardFile> file = ParseShardFile(name);
    if (!file.has_value() || file->kind == FileKind::kShard ||
        file->kind == FileKind::kIndex ||
        (file->kind == FileKind::kPlan && !with_plan)) {
      continue;
    }
    const std::string path = JoinPath(dir_, name);
    const bool is_manifest = file->kind == FileKind::kManifest;
    absl::StatusOr<v1::Manifest> there = ReadUnfinishedManifest(path);
    if (!there.ok()) {
      // Another task has just published and removed its entries.
      if (absl::IsNotFound(there.status())) continue;
      if (is_manifest || !absl::IsDataLoss(there.status())) {
        return Annotate(there.status(), "--output");
      }
      LOG_IF(WARNING, file->kind == FileKind::kEntry)
          << there.status().message() << "; the shard will be made again";
      continue;
    }
    Found compared = CompareWithPlan(plan_, *std::move(there), path);
    if (file->kind == FileKind::kPlan &&
        compared.standing != Standing::kUnfinished && !FileLock::IsHeld(path)) {
      // Of a run that has ended: what it made, if anything, says so itself.
      continue;
    }
    if (compared.standing == Standing::kNotOurs) return compared;
    const bool same_names =
        file->kind == FileKind::kPlan ||
        (file->set == plan_.name() &&
         num_shards_ ==
             (is_manifest ? compared.entry.shards_size() : file->num_shards));
    if (compared.standing == Standing::kOtherWork || !same_names) {
      compared.standing = Standing::kOtherWork;
      if (!same_names) {
        absl::StrAppend(
            &compared.description, ", of ",
            is_manifest ? compared.entry.shards_size() : file->num_shards,
            " shards \"", file->set, "\" where this run makes ", num_shards_,
            " shards \"", plan_.name(), "\",");
      }
      return compared;
    }
    found.standing = Standing::kUnfinished;
  }
  if (found.standing == Standing::kUnfinished) {
    ASSIGN_OR_RETURN(std::optional<v1::Manifest> published, ReadPublished());
    if (published.has_value()) {
      found.standing = Standing::kFinished;
      found.entry = *std::move(published);
    }
  }
  return found;
}

absl::StatusOr<bool> ShardDirectory::IsClaimed() const {
  const absl::StatusOr<v1::Manifest> plan = ReadUnfinishedManifest(PlanPath());
  if (!plan.ok() || plan->fingerprint() != plan_.fingerprint()) return false;
  // A run that was killed while it removed other work is claimed again.
  ASSIGN_OR_RETURN(const Found found, Inspect());
  return found.standing != Standing::kOtherWork;
}

absl::StatusOr<std::unique_ptr<FileLock>> ShardDirectory::Claim(
    bool overwrite) const {
  while (true) {
    RETURN_IF_ERROR(CheckNotPreempted());
    ASSIGN_OR_RETURN(const bool join, IsClaimed());
    ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock,
                     join ? FileLock::TryShared(PlanPath())
                          : FileLock::TryExclusive(PlanPath()));
    // What nobody else holds is a plan of nobody.
    ASSIGN_OR_RETURN(const Found found, Look(join || lock == nullptr));
    if (lock == nullptr) {
      if (found.standing == Standing::kOtherWork) {
        return absl::AbortedError(absl::StrCat(
            "tasks of other work are running in \"", dir_,
            "\"; run the same command again when they have ended"));
      }
      // Somebody is claiming it for the same work.
      absl::SleepFor(absl::Milliseconds(20));
      continue;
    }
    if (join) {
      // The plan may have gone in between, as the set was published.
      ASSIGN_OR_RETURN(const bool still, IsClaimed());
      if (still) return lock;
      continue;
    }
    const bool other = found.standing == Standing::kOtherWork;
    if (other && !overwrite) {
      return absl::AlreadyExistsError(
          absl::StrCat(found.description,
                       " was begun in the same moment with other options "
                       "(fingerprint ",
                       found.entry.fingerprint(), ", this run has ",
                       plan_.fingerprint(), "); give another --output"));
    }
    // In place, so that the lock stays on the file of this name; before the
    // removal, so that other tasks of this work wait for its end.
    RETURN_IF_ERROR(WriteFileUnsynced(PlanPath(), ManifestToJson(plan_)));
    if (other) RETURN_IF_ERROR(RemoveSet());
    lock->Share();
    return lock;
  }
}

absl::StatusOr<std::optional<v1::Manifest>> ShardDirectory::ReadPublished()
    const {
  absl::StatusOr<v1::Manifest> manifest =
      ReadManifest(JoinPath(dir_, ManifestName(plan_.name())));
  if (absl::IsNotFound(manifest.status())) return std::optional<v1::Manifest>();
  RETURN_IF_ERROR(manifest.status());
  return std::optional<v1::Manifest>(*std::move(manifest));
}

absl::StatusOr<std::optional<v1::ShardEntry>> ShardDirectory::ReadEntry(
    int64_t shard) const {
  const std::optional<v1::ShardEntry> none;
  const std::string path = EntryPath(shard);
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
  if (absl::IsNotFound(bytes.status())) return none;
  RETURN_IF_ERROR(bytes.status());
  ASSIGN_OR_RETURN(const bool indexed, FindPath(IndexName(ShardPath(shard))));
  if (!indexed || *bytes != entry->shards(0).bytes()) return none;
  return std::optional<v1::ShardEntry>(entry->shards(0));
}

absl::Status ShardDirectory::WriteEntry(int64_t shard,
                                        const v1::ShardEntry& entry) const {
  v1::Manifest manifest = plan_;
  manifest.clear_dataset();
  *manifest.add_shards() = entry;
  return WriteFileAtomically(EntryPath(shard), ManifestToJson(manifest));
}

absl::Status ShardDirectory::RemoveSet() const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir_));
  std::set<std::string> sets = {plan_.name()};
  std::vector<std::pair<ShardFile, std::string>> files;
  for (const std::string& name : names) {
    const std::optional<ShardFile> file = ParseShardFile(name);
    // The plan is about to be written anew.
    if (!file.has_value() || file->kind == FileKind::kPlan) continue;
    files.emplace_back(*file, name);
    if (file->kind == FileKind::kManifest || file->kind == FileKind::kEntry) {
      sets.insert(file->set);
    }
  }
  std::stable_sort(
      files.begin(), files.end(),
      [](const auto& a, const auto& b) { return a.first.kind < b.first.kind; });
  for (const auto& [file, name] : files) {
    if (sets.count(file.set) == 0) continue;
    RETURN_IF_ERROR(RemoveFile(JoinPath(dir_, name)));
  }
  return SyncDirectory(dir_);
}

absl::StatusOr<bool> ShardDirectory::RetractDamaged() const {
  const std::string manifest_path = JoinPath(dir_, ManifestName(plan_.name()));
  ASSIGN_OR_RETURN(const v1::Manifest manifest, ReadManifest(manifest_path));
  std::set<int64_t> damaged;
  for (int64_t shard = 0; shard < num_shards_; ++shard) {
    const v1::ShardEntry& entry = manifest.shards(static_cast<int>(shard));
    const absl::StatusOr<std::string> bytes = ReadFile(ShardPath(shard));
    if (!bytes.ok() && !absl::IsNotFound(bytes.status())) return bytes.status();
    ASSIGN_OR_RETURN(const bool indexed, FindPath(IndexName(ShardPath(shard))));
    if (bytes.ok() && indexed &&
        absl::StrFormat("%08x", Crc32c(*bytes)) == entry.crc32c()) {
      continue;
    }
    damaged.insert(shard);
    LOG(WARNING) << "\"" << ShardPath(shard) << "\" is damaged and made again";
  }
  if (damaged.empty()) return true;
  for (int64_t shard = 0; shard < num_shards_; ++shard) {
    if (damaged.count(shard) != 0) continue;
    RETURN_IF_ERROR(
        WriteEntry(shard, manifest.shards(static_cast<int>(shard))));
  }
  RETURN_IF_ERROR(RemoveFile(manifest_path));
  return false;
}

absl::Status CheckBadRecords(const v1::Manifest& manifest,
                             int64_t max_bad_records) {
  int64_t bad_records = 0, records = 0;
  std::string first;
  for (const v1::ShardEntry& shard : manifest.shards()) {
    if (first.empty() && shard.bad_records_size() > 0) {
      first = absl::StrCat(shard.bad_records(0).source(), ": ",
                           shard.bad_records(0).reason());
    }
    bad_records += shard.bad_records_size();
    records += shard.records();
  }
  if (records == 0 && bad_records > 0) {
    return absl::DataLossError(absl::StrCat(
        "all ", bad_records, " records are unusable; the first is ", first));
  }
  if (bad_records <= max_bad_records) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      bad_records, " records are unusable, --max_bad_records allows ",
      max_bad_records, "; the first is ", first));
}

absl::StatusOr<std::optional<v1::Manifest>> ShardDirectory::Publish(
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

absl::Status ShardDirectory::RemoveEntries() const {
  RETURN_IF_ERROR(RemoveFile(PlanPath()));
  for (int64_t shard = 0; shard < num_shards_; ++shard) {
    RETURN_IF_ERROR(RemoveFile(EntryPath(shard)));
  }
  return absl::OkStatus();
}

}  // namespace maskfill
