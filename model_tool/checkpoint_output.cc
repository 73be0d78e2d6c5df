#include "model_tool/checkpoint_output.h"

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/init.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "glog/logging.h"
#include "google/protobuf/util/json_util.h"

namespace maskfill {
namespace {

// tool, version, options and inputs as one sorted list.
std::vector<std::string> Plan(const v1::Provenance& provenance) {
  std::vector<std::string> plan = {
      absl::StrCat("tool=", provenance.tool()),
      absl::StrCat("version=", provenance.tool_version())};
  for (const std::string& option : provenance.options()) {
    plan.push_back(absl::StrCat("option ", option));
  }
  for (const std::string& input : provenance.inputs()) {
    plan.push_back(absl::StrCat("input ", input));
  }
  std::sort(plan.begin(), plan.end());
  return plan;
}

// What `a` has and `b` has not.
std::string OnlyIn(const std::vector<std::string>& a,
                   const std::vector<std::string>& b) {
  std::vector<std::string> only;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(),
                      std::back_inserter(only));
  return only.empty() ? "nothing more" : absl::StrJoin(only, ", ");
}

absl::StatusOr<v1::Provenance> ReadProvenance(const std::string& path) {
  v1::Provenance provenance;
  if (!PathExists(path)) return provenance;
  ASSIGN_OR_RETURN(const std::string json, ReadFile(path));
  const auto status =
      google::protobuf::util::JsonStringToMessage(json, &provenance);
  if (!status.ok()) {
    return absl::DataLossError(
        absl::StrCat("\"", path, "\": ", std::string(status.message())));
  }
  return provenance;
}

// Whether `files` are those of a checkpoint of ours, of which something may be
// missing: workflow engines remove what a job declares before they run it
// again.
bool AreOfOurCheckpoint(const std::vector<std::string>& files) {
  bool has_provenance = false;
  for (const std::string& file : files) {
    has_provenance |= file == kProvenanceFile;
    if (file != kModelFile && file != kConfigFile && file != kProvenanceFile) {
      return false;
    }
  }
  return has_provenance;
}

}  // namespace

v1::Provenance StartProvenance(absl::string_view tool) {
  v1::Provenance provenance;
  provenance.set_tool(std::string(tool));
  provenance.set_tool_version(kToolVersion);
  return provenance;
}

void AddOption(absl::string_view name, absl::string_view value,
               v1::Provenance* provenance) {
  provenance->add_options(absl::StrCat(name, "=", value));
  std::sort(provenance->mutable_options()->begin(),
            provenance->mutable_options()->end());
}

void AddInput(absl::string_view role, absl::string_view fingerprint,
              v1::Provenance* provenance) {
  provenance->add_inputs(absl::StrCat(role, "=", fingerprint));
}

std::string PlanFingerprint(const v1::Provenance& provenance) {
  Sha256 sha;
  for (const std::string& line : Plan(provenance)) sha.UpdateField(line);
  return sha.HexDigest();
}

absl::StatusOr<bool> IsAlreadyWritten(const CheckpointOutput& output,
                                      const v1::Provenance& planned) {
  const std::string& dir = output.dir;
  // A run that was killed leaves a whole checkpoint under another name.
  if (!output.dry_run && IsDirectory(Dirname(dir))) {
    RETURN_IF_ERROR(RemoveStaleTemporaries(Dirname(dir)));
  }
  if (!PathExists(dir)) return false;
  if (!IsDirectory(dir)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--output \"", dir, "\" is a file, expected a directory"));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> files, ListDirectory(dir));
  if (files.empty()) return false;
  // Never give up a directory that this toolkit did not write.
  if (!LoadModelConfig(dir).ok() && !AreOfOurCheckpoint(files)) {
    return absl::FailedPreconditionError(
        absl::StrCat("--output \"", dir,
                     "\" holds other files and no checkpoint; give another "
                     "directory"));
  }
  if (output.overwrite) return false;
  ASSIGN_OR_RETURN(const v1::Provenance existing,
                   ReadProvenance(JoinPath(dir, kProvenanceFile)));
  if (PlanFingerprint(existing) == PlanFingerprint(planned)) {
    const absl::Status intact = LoadCheckpoint(dir).status();
    if (!intact.ok()) {
      LOG(WARNING) << intact.message() << "; it is written again";
    }
    return intact.ok();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "--output \"", dir, "\" holds the result of other work (fingerprint ",
      PlanFingerprint(existing), ": ", OnlyIn(Plan(existing), Plan(planned)),
      "); this run has fingerprint ", PlanFingerprint(planned), ": ",
      OnlyIn(Plan(planned), Plan(existing)),
      "; give another directory or --overwrite"));
}

absl::StatusOr<std::string> WriteCheckpoint(const CheckpointOutput& output,
                                            const Checkpoint& checkpoint) {
  // What may be there was looked at by IsAlreadyWritten.
  SaveCheckpointOptions options;
  options.overwrite = true;
  return SaveCheckpoint(output.dir, checkpoint, options);
}

}  // namespace maskfill
