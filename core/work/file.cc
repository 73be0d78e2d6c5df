#include "core/work/file.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/work/ledger.h"

namespace maskfill {
namespace {

using MakeBytes = std::function<absl::Status(AtomicFile&, v1::Manifest*)>;

std::string Hidden(const std::string& path, absl::string_view suffix) {
  return JoinPath(Dirname(path), absl::StrCat(".", Basename(path), suffix));
}

class FileOutput : public Output {
 public:
  FileOutput(std::string path, const v1::Manifest& plan, const MakeBytes& make)
      : path_(std::move(path)),
        entry_path_(Hidden(path_, ".work")),
        plan_(plan),
        make_(make) {}

  absl::StatusOr<Found> Inspect() const override {
    Found found;
    absl::StatusOr<v1::Manifest> entry = ReadEntry(entry_path_);
    ASSIGN_OR_RETURN(const bool there, FindPath(path_));
    if (absl::IsNotFound(entry.status()) || absl::IsDataLoss(entry.status())) {
      if (!there) return found;
      found.standing = Standing::kNotOurs;
      found.description = absl::StrCat(
          "\"", path_, "\" exists and its entry \"", entry_path_,
          absl::IsNotFound(entry.status()) ? "\" does not" : "\" is damaged");
      return found;
    }
    RETURN_IF_ERROR(entry.status());
    if (!there) return found;  // only the entry is left
    found = CompareWithPlan(plan_, *std::move(entry), path_);
    if (found.entry.shards_size() != 1) return found;  // was being replaced
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path_));
    const v1::ShardEntry& file = found.entry.shards(0);
    if (absl::StrFormat("%08x", Crc32c(bytes)) != file.crc32c()) {
      found.standing = Standing::kNotOurs;
      found.description = absl::StrCat("\"", path_, "\" was changed since ",
                                       found.entry.tool(), " made it");
    } else if (found.standing == Standing::kUnfinished) {
      found.standing = Standing::kFinished;
    }
    return found;
  }

  absl::StatusOr<std::unique_ptr<FileLock>> Lock() const override {
    RETURN_IF_ERROR(MakeDirectories(Dirname(path_)));
    RETURN_IF_ERROR(RemoveStaleTemporaries(Dirname(path_)));
    return LockOutput(Hidden(path_, ".lock"), path_);
  }

  absl::Status Make(const Found&, WorkResult* result) override {
    ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file,
                     AtomicFile::Create(path_));
    RETURN_IF_ERROR(make_(*file, &result->manifest));
    v1::ShardEntry* entry = result->manifest.add_shards();
    entry->set_name(Basename(path_));
    entry->set_bytes(file->size());
    entry->set_crc32c(absl::StrFormat("%08x", file->crc32c()));
    result->manifest.set_content_fingerprint(
        ComputeContentFingerprint(result->manifest));
    // First without the file, so that it is known for ours from its first
    // moment on.
    RETURN_IF_ERROR(WriteFileAtomically(entry_path_, ManifestToJson(plan_)));
    RETURN_IF_ERROR(file->Commit());
    RETURN_IF_ERROR(
        WriteFileAtomically(entry_path_, ManifestToJson(result->manifest)));
    result->complete = true;
    return absl::OkStatus();
  }

  std::string PlanLines(const Found&) const override { return ""; }

 private:
  const std::string path_;
  const std::string entry_path_;
  const v1::Manifest& plan_;
  const MakeBytes& make_;
};

}  // namespace

absl::StatusOr<WorkResult> MakeFile(const RunOptions& options, const Work& work,
                                    const MakeBytes& make) {
  if (IsDirectory(options.output) || absl::EndsWith(options.output, "/")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--output is \"", options.output, "\", a directory; expected a file"));
  }
  ASSIGN_OR_RETURN(std::string path, OutputPath(options));
  const v1::Manifest plan = PlanOf(work, work.tool, "file");
  FileOutput output(std::move(path), plan, make);
  return Perform(options, plan, output);
}

}  // namespace maskfill
