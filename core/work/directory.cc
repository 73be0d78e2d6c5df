#include "core/work/directory.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/work/ledger.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

using MakeFiles =
    std::function<absl::Status(const std::string&, v1::Manifest*)>;

class DirectoryOutput : public Output {
 public:
  DirectoryOutput(std::string path, const v1::Manifest& plan,
                  const std::vector<std::string>& names, const MakeFiles& make)
      : path_(std::move(path)), plan_(plan), names_(names), make_(make) {}

  absl::StatusOr<Found> Inspect() const override {
    Found found;
    ASSIGN_OR_RETURN(const bool there, FindPath(path_));
    if (!there) return found;
    found.standing = Standing::kNotOurs;
    found.description = absl::StrCat("\"", path_, "\"");
    ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(path_));
    if (!is_directory) {
      absl::StrAppend(&found.description, " is a file, expected a directory");
      return found;
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> names,
                     ListDirectory(path_));
    if (names.empty()) return Found();
    for (const std::string& name : names) {
      if (name == kProvenanceFile || IsOneOf(name)) continue;
      absl::StrAppend(&found.description, " holds \"", name, "\"");
      return found;
    }
    absl::StatusOr<v1::Manifest> entry =
        ReadEntry(JoinPath(path_, kProvenanceFile));
    if (absl::IsNotFound(entry.status()) || absl::IsDataLoss(entry.status())) {
      absl::StrAppend(&found.description, " holds ", names[0], " and no sound ",
                      kProvenanceFile, " that says what it is of");
      return found;
    }
    RETURN_IF_ERROR(entry.status());
    found = CompareWithPlan(plan_, *std::move(entry), path_);
    if (found.standing != Standing::kUnfinished) return found;
    ASSIGN_OR_RETURN(const std::string damage, FindDamage(path_, found.entry));
    if (damage.empty()) {
      found.standing = Standing::kFinished;
    } else {
      LOG(WARNING) << damage << "; \"" << path_ << "\" is made again";
    }
    return found;
  }

  // What a run leaves that is killed just after it has replaced an older
  // result; somewhere that can't be written to it does no harm.
  absl::Status CheckFinished(WorkResult*) override {
    RemoveStaleTemporaries(Dirname(path_)).IgnoreError();
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<FileLock>> Lock() const override {
    RETURN_IF_ERROR(MakeDirectories(Dirname(path_)));
    return LockOutput(
        JoinPath(Dirname(path_), absl::StrCat(".", Basename(path_), ".lock")),
        path_);
  }

  absl::Status Make(const Found&, WorkResult* result) override {
    ASSIGN_OR_RETURN(const std::unique_ptr<TemporaryDirectory> directory,
                     TemporaryDirectory::Create(path_));
    RETURN_IF_ERROR(make_(directory->path(), &result->manifest));
    RETURN_IF_ERROR(PublishDirectory(*directory, names_, &result->manifest));
    result->complete = true;
    return absl::OkStatus();
  }

  std::string PlanLines(const Found&) const override { return ""; }

 private:
  bool IsOneOf(const std::string& name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }

  const std::string path_;
  const v1::Manifest& plan_;
  const std::vector<std::string>& names_;
  const MakeFiles& make_;
};

}  // namespace

absl::Status PublishDirectory(TemporaryDirectory& directory,
                              const std::vector<std::string>& names,
                              v1::Manifest* entry) {
  RETURN_IF_ERROR(AddFileEntries(directory.path(), names, entry));
  entry->set_content_fingerprint(ComputeContentFingerprint(*entry));
  RETURN_IF_ERROR(WriteFileAtomically(
      JoinPath(directory.path(), kProvenanceFile), ManifestToJson(*entry)));
  std::vector<std::string> replaced = names;
  replaced.emplace_back(kProvenanceFile);
  return directory.Publish(replaced);
}

absl::StatusOr<WorkResult> MakeDirectory(const RunOptions& options,
                                         const Work& work,
                                         const std::vector<std::string>& names,
                                         const MakeFiles& make,
                                         absl::string_view holds) {
  ASSIGN_OR_RETURN(std::string path, OutputPath(options));
  const v1::Manifest plan = PlanOf(work, work.tool, holds);
  DirectoryOutput output(std::move(path), plan, names, make);
  return Perform(options, plan, output);
}

}  // namespace maskfill
