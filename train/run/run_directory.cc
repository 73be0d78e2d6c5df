#include "train/run/run_directory.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr char kRunFile[] = "run.json";
constexpr char kManifestSuffix[] = ".manifest.json";
constexpr char kState[] = "state";
constexpr char kMetrics[] = "metrics.jsonl";
constexpr char kValidation[] = "validation.jsonl";
constexpr char kBest[] = "best";
constexpr char kLast[] = "last";

}  // namespace

RunDirectory::RunDirectory(std::string dir, v1::Manifest plan)
    : dir_(std::move(dir)), plan_(std::move(plan)) {}

std::string RunDirectory::Path(absl::string_view name) const {
  return JoinPath(dir_, name);
}
std::string RunDirectory::StatePath() const { return Path(kState); }
std::string RunDirectory::MetricsPath() const { return Path(kMetrics); }
std::string RunDirectory::ValidationPath() const { return Path(kValidation); }
std::string RunDirectory::BestPath() const { return Path(kBest); }
std::string RunDirectory::LastPath() const { return Path(kLast); }

absl::Status RunDirectory::CheckSame(const v1::Manifest& there,
                                     absl::string_view file) const {
  if (there.fingerprint() == plan_.fingerprint()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", dir_, "\" holds another run: ", file, " has fingerprint ",
      there.fingerprint(), ", this run has ", plan_.fingerprint(), "; ",
      DescribeDifference(plan_, there, "this run", "the output"),
      "; use --overwrite or another --output"));
}

absl::StatusOr<RunProgress> RunDirectory::Inspect() const {
  if (!PathExists(dir_)) return RunProgress::kNotStarted;
  if (!IsDirectory(dir_)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--output is \"", dir_, "\", a file; expected a directory"));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir_));
  const std::string manifest_file = plan_.name() + kManifestSuffix;
  bool started = false;
  bool finished = false;
  std::string foreign;
  for (const std::string& name : names) {
    if (name == manifest_file) {
      ASSIGN_OR_RETURN(const v1::Manifest there, ReadManifest(Path(name)));
      RETURN_IF_ERROR(CheckSame(there, name));
      finished = true;
    } else if (name == kRunFile) {
      ASSIGN_OR_RETURN(const v1::Manifest there,
                       ReadUnfinishedManifest(Path(name)));
      RETURN_IF_ERROR(CheckSame(there, name));
      started = true;
    } else if (absl::EndsWith(name, kManifestSuffix)) {
      return absl::FailedPreconditionError(
          absl::StrCat("\"", dir_, "\" holds the result of another stage (",
                       name, "); use another --output"));
    } else if (name == kLast || name == kBest || name == kState) {
      foreign = name;
    }
  }
  if (finished && IsDirectory(LastPath())) return RunProgress::kFinished;
  if (finished || started) return RunProgress::kStarted;
  if (!foreign.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", dir_, "\" holds \"", foreign, "\" but no ", kRunFile,
        " that says which run it is of; use --overwrite or another "
        "--output"));
  }
  return RunProgress::kNotStarted;
}

absl::Status RunDirectory::Clear() const {
  // The manifest first: without it the run is unfinished.
  RETURN_IF_ERROR(RemoveFile(Path(plan_.name() + kManifestSuffix)));
  for (const char* name : {kState, kBest, kLast}) {
    RETURN_IF_ERROR(RemoveTree(Path(name)));
  }
  for (const char* name : {kMetrics, kValidation, kRunFile}) {
    RETURN_IF_ERROR(RemoveFile(Path(name)));
  }
  return absl::OkStatus();
}

absl::Status RunDirectory::Begin() const {
  RETURN_IF_ERROR(MakeDirectories(dir_));
  RETURN_IF_ERROR(RemoveStaleTemporaries(dir_));
  return WriteFileAtomically(Path(kRunFile), ManifestToJson(plan_));
}

absl::Status RunDirectory::Finish(v1::Manifest finished) const {
  finished.set_content_fingerprint(ComputeContentFingerprint(finished));
  return WriteManifest(dir_, finished);
}

absl::StatusOr<v1::Manifest> RunDirectory::ReadFinished() const {
  return ReadManifest(Path(plan_.name() + kManifestSuffix));
}

}  // namespace maskfill
