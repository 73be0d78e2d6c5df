#include "core/work/run.h"

#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/record/shard_name.h"
#include "core/work/ledger.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

using Body = std::function<absl::Status(const std::string&, WorkResult*)>;

constexpr char kRunFile[] = "run.json";
constexpr char kLockFile[] = ".lock";

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool MatchesAny(const std::vector<std::string>& patterns,
                const std::string& name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&name](const std::string& pattern) {
                       return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
                     });
}

// What of RunFiles lies in a directory.
class Recognition {
 public:
  Recognition(const std::string& dir, const RunFiles& files)
      : dir_(dir), files_(files) {}

  // The first path that lies in one of the directories and is not of the
  // files; empty when there is none, and then paths() are all that are.
  absl::StatusOr<std::string> FindForeign() {
    for (const RunFiles::Directory& directory : files_.directories) {
      ASSIGN_OR_RETURN(const bool there,
                       FindDirectory(JoinPath(dir_, directory.name)));
      if (!there) continue;  // a pattern
      ASSIGN_OR_RETURN(std::string foreign, Enter(directory.name));
      if (!foreign.empty()) return foreign;
    }
    for (const std::string& name : files_.files) {
      const std::string path = JoinPath(dir_, name);
      ASSIGN_OR_RETURN(const bool there, FindPath(path));
      if (there) paths_.push_back(path);
    }
    return std::string();
  }
  // Children before their directory, as they are to be removed.
  const std::vector<std::string>& paths() const { return paths_; }

 private:
  // `name`: below dir_, one of ours.
  absl::StatusOr<std::string> Enter(const std::string& name) {
    const std::string path = JoinPath(dir_, name);
    if (!entered_.insert(name).second) return std::string();
    std::vector<std::string> own;
    for (const RunFiles::Directory& directory : files_.directories) {
      if (!IsNamed(directory, name)) continue;
      own.insert(own.end(), directory.files.begin(), directory.files.end());
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                     ListDirectory(path));
    for (const std::string& entry : entries) {
      if (entry[0] == '.') continue;  // temporaries, or it will not be empty
      std::string below = JoinPath(path, entry);
      ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(below));
      if (!is_directory && MatchesAny(own, entry)) {
        paths_.push_back(std::move(below));
        continue;
      }
      const std::string child = JoinPath(name, entry);
      if (!is_directory ||
          std::none_of(files_.directories.begin(), files_.directories.end(),
                       [&child](const RunFiles::Directory& directory) {
                         return IsNamed(directory, child);
                       })) {
        return below;
      }
      ASSIGN_OR_RETURN(std::string foreign, Enter(child));
      if (!foreign.empty()) return foreign;
    }
    paths_.push_back(path);
    return std::string();
  }
  static bool IsNamed(const RunFiles::Directory& directory,
                      const std::string& name) {
    return fnmatch(directory.name.c_str(), name.c_str(), FNM_PATHNAME) == 0;
  }

  const std::string& dir_;
  const RunFiles& files_;
  std::set<std::string> entered_;
  std::vector<std::string> paths_;
};

// As of RemoveRunFiles, and before anything else the file `first`.
absl::Status Remove(const std::string& dir, const RunFiles& files,
                    const std::string& first) {
  Recognition recognition(dir, files);
  ASSIGN_OR_RETURN(const std::string foreign, recognition.FindForeign());
  if (!foreign.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", foreign, "\" was not written by this tool; move it elsewhere"));
  }
  if (!first.empty()) RETURN_IF_ERROR(RemoveFile(JoinPath(dir, first)));
  for (const std::string& path : recognition.paths()) {
    ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(path));
    if (!is_directory) {
      RETURN_IF_ERROR(RemoveFile(path));
      continue;
    }
    RETURN_IF_ERROR(RemoveStaleTemporaries(path));
    if (rmdir(path.c_str()) != 0) return ErrnoStatus(errno, "remove", path);
  }
  return absl::OkStatus();
}

class RunOutput : public Output {
 public:
  RunOutput(std::string dir, const v1::Manifest& plan, const RunFiles& files,
            bool again, const Body& body)
      : dir_(std::move(dir)),
        plan_(plan),
        files_(files),
        again_(again),
        body_(body) {}

  absl::StatusOr<Found> Inspect() const override;
  absl::StatusOr<std::unique_ptr<FileLock>> Lock() const override {
    RETURN_IF_ERROR(MakeDirectories(dir_));
    return LockOutput(Path(kLockFile), dir_);
  }
  absl::Status Make(const Found& found, WorkResult* result) override;
  std::string PlanLines(const Found&) const override { return ""; }
  bool Again() const override { return again_; }

 private:
  std::string Path(absl::string_view name) const {
    return JoinPath(dir_, name);
  }
  std::string ManifestFile() const { return ManifestName(plan_.name()); }
  absl::Status Clear() const;

  const std::string dir_;
  const v1::Manifest& plan_;
  const RunFiles& files_;
  const bool again_;
  const Body& body_;
};

absl::StatusOr<Found> RunOutput::Inspect() const {
  Found found;
  ASSIGN_OR_RETURN(const bool there, FindPath(dir_));
  if (!there) return found;
  ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(dir_));
  if (!is_directory) {
    found.standing = Standing::kNotOurs;
    found.description =
        absl::StrCat("\"", dir_, "\" is a file, expected a directory");
    return found;
  }
  bool finished = false;
  absl::StatusOr<v1::Manifest> entry = ReadEntry(Path(ManifestFile()));
  if (entry.ok()) {
    finished = true;
  } else if (absl::IsNotFound(entry.status())) {
    entry = ReadEntry(Path(kRunFile));
  }
  if (absl::IsNotFound(entry.status())) {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir_));
    for (const std::string& name : names) {
      const bool in_the_way =
          absl::EndsWith(name, ".manifest.json") ||
          name == "model.safetensors" || Contains(files_.files, name) ||
          std::any_of(files_.directories.begin(), files_.directories.end(),
                      [&name](const auto& directory) {
                        const std::vector<std::string> parts =
                            absl::StrSplit(directory.name, '/');
                        return parts[0] == name;
                      });
      if (!in_the_way) continue;
      found.standing = Standing::kNotOurs;
      found.description =
          absl::StrCat("\"", dir_, "\" holds \"", name, "\" and no ", kRunFile,
                       " that says which run it is of");
      return found;
    }
    return found;
  }
  RETURN_IF_ERROR(Annotate(entry.status(), "--output"));
  found = CompareWithPlan(plan_, *std::move(entry), dir_);
  if (found.standing == Standing::kOtherWork) {
    ASSIGN_OR_RETURN(const std::string foreign,
                     Recognition(dir_, files_).FindForeign());
    if (foreign.empty()) return found;
    found.standing = Standing::kNotOurs;
    found.description = absl::StrCat("\"", foreign,
                                     "\" was not written by this tool, and "
                                     "would go with other work in \"",
                                     dir_, "\"");
  }
  if (found.standing == Standing::kUnfinished && finished) {
    ASSIGN_OR_RETURN(const std::string damage, FindDamage(dir_, found.entry));
    if (damage.empty()) {
      found.standing = Standing::kFinished;
    } else {
      LOG(WARNING) << damage << "; the run is taken up again";
    }
  }
  return found;
}

absl::Status RunOutput::Clear() const {
  // The manifest first: without it the run is unfinished.
  RETURN_IF_ERROR(Annotate(Remove(dir_, files_, ManifestFile()), "--output"));
  return RemoveFile(Path(kRunFile));
}

absl::Status RunOutput::Make(const Found& found, WorkResult* result) {
  // A finished run that lost what its state cannot give back begins again.
  bool lost = false;
  for (const v1::ShardEntry& file : found.entry.shards()) {
    v1::Manifest one;
    *one.add_shards() = file;
    ASSIGN_OR_RETURN(const std::string damage, FindDamage(dir_, one));
    if (damage.empty()) continue;
    if (!Contains(files_.remade, file.name())) {
      lost = true;
    } else if (!IsDirectory(Path(file.name()))) {
      RETURN_IF_ERROR(RemoveFile(Path(file.name())));
    }
  }
  if (again_ || lost || found.standing == Standing::kOtherWork) {
    RETURN_IF_ERROR(Clear());
  } else {
    RETURN_IF_ERROR(RemoveFile(Path(ManifestFile())));
  }
  RETURN_IF_ERROR(RemoveStaleTemporaries(dir_));
  for (const RunFiles::Directory& directory : files_.directories) {
    RETURN_IF_ERROR(RemoveStaleTemporaries(Path(directory.name)));
  }
  RETURN_IF_ERROR(WriteFileAtomically(Path(kRunFile), ManifestToJson(plan_)));
  RETURN_IF_ERROR(body_(dir_, result));
  RETURN_IF_ERROR(AddFileEntries(dir_, files_.results, &result->manifest));
  result->manifest.set_content_fingerprint(
      ComputeContentFingerprint(result->manifest));
  RETURN_IF_ERROR(WriteManifest(dir_, result->manifest));
  result->complete = true;
  return absl::OkStatus();
}

}  // namespace

absl::Status RemoveRunFiles(const std::string& dir, const RunFiles& files) {
  return Remove(dir, files, /*first=*/"");
}

absl::StatusOr<WorkResult> MakeRun(const RunOptions& options, const Work& work,
                                   const RunFiles& files, bool again,
                                   const Body& body) {
  ASSIGN_OR_RETURN(std::string dir, OutputPath(options));
  const v1::Manifest plan = PlanOf(work, work.tool, "checkpoint");
  RunOutput output(std::move(dir), plan, files, again, body);
  return Perform(options, plan, output);
}

}  // namespace maskfill
