#include "core/training/training_state.h"

#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/foreign_json.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/model/safetensors.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kModelFile[] = "model.safetensors";
constexpr char kOptimizerFile[] = "optimizer.safetensors";
constexpr char kStateFile[] = "state.json";
constexpr char kFirstMoments[] = "exp_avg.";
constexpr char kSecondMoments[] = "exp_avg_sq.";
constexpr char kOwnDigest[] = "state_sha256";  // states before had none
constexpr size_t kMembersWithoutOwnDigest = 5;
constexpr char kTeacher[] = "teacher.";
constexpr int kSchemaVersion = 2;

// Of what stands in a state file besides this digest.
std::string DigestOf(Json json) {
  json.erase(kOwnDigest);
  return Sha256Hex(json.dump());
}

absl::Status WriteStateFiles(const std::string& dir,
                             const TrainingState& state) {
  RETURN_IF_ERROR(
      WriteSafetensors(JoinPath(dir, kModelFile), state.learner.parameters));
  NamedTensors moments = AddPrefix(state.learner.exp_avg, kFirstMoments);
  moments.merge(AddPrefix(state.learner.exp_avg_sq, kSecondMoments));
  moments.merge(AddPrefix(state.learner.teacher, kTeacher));
  RETURN_IF_ERROR(WriteSafetensors(JoinPath(dir, kOptimizerFile), moments));
  Json json;
  json["schema_version"] = kSchemaVersion;
  json["fingerprint"] = state.fingerprint;
  json["step"] = state.learner.step;
  json["numbers"] = state.numbers;
  for (const char* name : {kModelFile, kOptimizerFile}) {
    ASSIGN_OR_RETURN(json["sha256"][name],
                     Sha256HexOfFile(JoinPath(dir, name)));
  }
  json[kOwnDigest] = DigestOf(json);
  return WriteFileAtomically(JoinPath(dir, kStateFile), json.dump(2) + "\n");
}

// Whether a file of a state lies there, or it cannot be told.
bool HoldsState(const std::string& path) {
  for (const std::string& file : TrainingStateFiles()) {
    const absl::StatusOr<bool> there = FindPath(JoinPath(path, file));
    if (!there.ok() || *there) return true;
  }
  return false;
}

// Names of states, newest first.
absl::StatusOr<std::vector<std::string>> ListStates(const std::string& dir) {
  std::vector<std::string> states;
  const absl::StatusOr<std::vector<std::string>> names = ListDirectory(dir);
  if (absl::IsNotFound(names.status())) return states;
  RETURN_IF_ERROR(names.status());
  for (const std::string& name : *names) {
    if (fnmatch(kTrainingStatePattern, name.c_str(), 0) != 0) continue;
    if (HoldsState(JoinPath(dir, name))) states.push_back(name);
  }
  // Zero-padded: the order of the names is that of the steps.
  std::reverse(states.begin(), states.end());
  return states;
}

// The state and nothing that somebody else put there.
absl::Status RemoveState(const std::string& path) {
  for (const std::string& file : TrainingStateFiles()) {
    RETURN_IF_ERROR(RemoveFile(JoinPath(path, file)));
  }
  if (rmdir(path.c_str()) == 0) return absl::OkStatus();
  if (errno != ENOTEMPTY && errno != EEXIST) {
    return ErrnoStatus(errno, "remove", path);
  }
  LOG(WARNING) << "\"" << path << "\" holds more than a training state, and "
               << "stays for that";
  return absl::OkStatus();
}

// Fills everything but the tensors. The schema comes first: all else may mean
// something different in another one.
absl::Status ParseStateFile(const std::string& text, TrainingState* state,
                            std::map<std::string, std::string>* digests) {
  const Json json = ParseForeignJson<Json>(text);
  if (json.is_discarded()) {
    return absl::DataLossError(absl::StrCat(kStateFile, " is not JSON"));
  }
  try {
    const int64_t version = json.at("schema_version");
    if (json.contains(kOwnDigest) && json[kOwnDigest] != DigestOf(json)) {
      const std::string found =
          absl::StrCat(kStateFile, " does not have the digest it states");
      if (version <= kSchemaVersion) return absl::DataLossError(found);
      // A newer version's digest may be another.
      return absl::OutOfRangeError(absl::StrCat(
          found, ": it is damaged, or of schema_version ", version,
          ", and this version of the program goes on from ", kSchemaVersion));
    }
    if (version != kSchemaVersion) {
      return absl::FailedPreconditionError(absl::StrCat(
          kStateFile, " has schema_version ", version, ", this version of ",
          "the program goes on from ", kSchemaVersion, "; use the ",
          version > kSchemaVersion ? "newer" : "older",
          " one that wrote it, or begin again (--overwrite)"));
    }
    if (!json.contains(kOwnDigest) && json.size() != kMembersWithoutOwnDigest) {
      return absl::DataLossError(absl::StrCat(kStateFile, " has no digest"));
    }
    json.at("fingerprint").get_to(state->fingerprint);
    json.at("step").get_to(state->learner.step);
    json.at("numbers").get_to(state->numbers);
    json.at("sha256").get_to(*digests);
  } catch (const Json::exception& error) {
    return absl::DataLossError(absl::StrCat(kStateFile, ": ", error.what()));
  }
  return absl::OkStatus();
}

absl::StatusOr<NamedTensors> ReadTensors(
    const std::string& dir, const char* name,
    const std::map<std::string, std::string>& digests) {
  const std::string path = JoinPath(dir, name);
  // First: it tells a file that cannot be read from one that is damaged.
  ASSIGN_OR_RETURN(SafetensorsFile file, ReadSafetensors(path));
  ASSIGN_OR_RETURN(const std::string found, Sha256HexOfFile(path));
  const auto expected = digests.find(name);
  if (expected == digests.end() || found != expected->second) {
    return absl::DataLossError(absl::StrCat(
        name, " has SHA-256 ", found, ", ", kStateFile, " says ",
        expected == digests.end() ? "nothing of it" : expected->second));
  }
  return std::move(file.tensors);
}

absl::StatusOr<TrainingState> ReadState(const std::string& dir) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(JoinPath(dir, kStateFile)));
  TrainingState state;
  std::map<std::string, std::string> digests;
  RETURN_IF_ERROR(ParseStateFile(text, &state, &digests));
  ASSIGN_OR_RETURN(state.learner.parameters,
                   ReadTensors(dir, kModelFile, digests));
  ASSIGN_OR_RETURN(const NamedTensors optimizer,
                   ReadTensors(dir, kOptimizerFile, digests));
  state.learner.exp_avg = SelectPrefix(optimizer, kFirstMoments);
  state.learner.exp_avg_sq = SelectPrefix(optimizer, kSecondMoments);
  state.learner.teacher = SelectPrefix(optimizer, kTeacher);
  return state;
}

// A state gets its name when it is complete, so a file that is missing is as
// good as one that was cut.
bool IsDamage(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsNotFound(status);
}

}  // namespace

std::vector<std::string> TrainingStateFiles() {
  return {kModelFile, kOptimizerFile, kStateFile};
}

std::string TrainingStatePath(const std::string& dir, int64_t step) {
  return JoinPath(dir, absl::StrFormat("step-%010d", step));
}

bool IsTrainingState(const std::string& dir) {
  return PathExists(JoinPath(dir, kStateFile));
}

absl::Status SaveTrainingState(const std::string& dir,
                               const TrainingState& state, int64_t keep,
                               std::optional<int64_t> previous) {
  ASSIGN_OR_RETURN(
      const std::unique_ptr<TemporaryDirectory> temporary,
      TemporaryDirectory::Create(TrainingStatePath(dir, state.learner.step)));
  RETURN_IF_ERROR(
      Annotate(WriteStateFiles(temporary->path(), state), "training state"));
  RETURN_IF_ERROR(temporary->Publish(TrainingStateFiles()));
  return KeepNewestTrainingStates(dir, state.learner.step, keep, previous);
}

absl::Status KeepNewestTrainingStates(const std::string& dir, int64_t step,
                                      int64_t keep,
                                      std::optional<int64_t> previous) {
  ASSIGN_OR_RETURN(const std::vector<std::string> states, ListStates(dir));
  const std::string newest = TrainingStatePath(dir, step);
  int64_t kept = 0;
  for (const std::string& name : states) {
    const std::string path = JoinPath(dir, name);
    if (path > newest) continue;
    const bool was_passed_over = previous.has_value() && path < newest &&
                                 path > TrainingStatePath(dir, *previous);
    if (!was_passed_over && ++kept <= keep) continue;
    const absl::Status removed = RemoveState(path);
    // What cannot be read can perhaps not be removed either.
    if (!was_passed_over) RETURN_IF_ERROR(removed);
    if (!removed.ok()) LOG(WARNING) << removed.message();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<TrainingState>> LoadNewestTrainingState(
    const std::string& dir, const std::string& fingerprint) {
  ASSIGN_OR_RETURN(const std::vector<std::string> states, ListStates(dir));
  absl::Status unusable;  // of the newest one that may be whole
  for (const std::string& name : states) {
    const std::string path = JoinPath(dir, name);
    absl::StatusOr<TrainingState> state = ReadState(path);
    const absl::Status status =
        Annotate(state.status(), absl::StrCat("\"", path, "\""));
    if (IsDamage(status)) {
      LOG(WARNING) << "\"" << path
                   << "\" is damaged: " << state.status().message()
                   << "; it stays until the run is past it, the one before it "
                      "is taken";
      continue;
    }
    if (absl::IsUnavailable(status) || absl::IsOutOfRange(status)) {
      LOG(WARNING) << status.message()
                   << "; it stays until the run is past it, the one before it "
                      "is taken";
      unusable.Update(status);
      continue;
    }
    RETURN_IF_ERROR(status);
    if (state->fingerprint != fingerprint) {
      return absl::FailedPreconditionError(
          absl::StrCat("\"", path, "\" belongs to a run with fingerprint ",
                       state->fingerprint, ", this run has ", fingerprint,
                       "; use --overwrite or another --output"));
    }
    return std::optional<TrainingState>(*std::move(state));
  }
  RETURN_IF_ERROR(unusable);
  if (!states.empty()) {
    LOG(ERROR) << "all " << states.size() << " saved states in \"" << dir
               << "\" are damaged: the run begins again, from step 0";
  }
  return std::optional<TrainingState>();
}

}  // namespace maskfill
