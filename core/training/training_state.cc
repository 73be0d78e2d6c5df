#include "core/training/training_state.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
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
constexpr char kStepPrefix[] = "step-";
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

// Names of complete states, newest first.
absl::StatusOr<std::vector<std::string>> ListStates(const std::string& dir) {
  std::vector<std::string> states;
  const absl::StatusOr<std::vector<std::string>> names = ListDirectory(dir);
  if (absl::IsNotFound(names.status())) return states;
  RETURN_IF_ERROR(names.status());
  for (const std::string& name : *names) {
    if (absl::StartsWith(name, kStepPrefix)) states.push_back(name);
  }
  // Zero-padded: the order of the names is that of the steps.
  std::reverse(states.begin(), states.end());
  return states;
}

// Fills everything but the tensors. The schema comes first: all else may mean
// something different in another one.
absl::Status ParseStateFile(const std::string& text, TrainingState* state,
                            std::map<std::string, std::string>* digests) {
  const Json json = ParseForeignJson<Json>(text);
  try {
    if (json.contains(kOwnDigest) && json[kOwnDigest] != DigestOf(json)) {
      return absl::DataLossError(
          absl::StrCat(kStateFile, " does not have the digest it states"));
    }
    const int64_t version = json.at("schema_version");
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
  return JoinPath(dir, absl::StrFormat("%s%010d", kStepPrefix, step));
}

bool IsTrainingState(const std::string& dir) {
  return PathExists(JoinPath(dir, kStateFile));
}

absl::Status SaveTrainingState(const std::string& dir,
                               const TrainingState& state, int64_t keep) {
  ASSIGN_OR_RETURN(
      const std::unique_ptr<TemporaryDirectory> temporary,
      TemporaryDirectory::Create(TrainingStatePath(dir, state.learner.step)));
  RETURN_IF_ERROR(
      Annotate(WriteStateFiles(temporary->path(), state), "training state"));
  RETURN_IF_ERROR(temporary->Publish(TrainingStateFiles()));
  return KeepNewestTrainingStates(dir, state.learner.step, keep);
}

absl::Status KeepNewestTrainingStates(const std::string& dir, int64_t step,
                                      int64_t keep) {
  ASSIGN_OR_RETURN(std::vector<std::string> states, ListStates(dir));
  std::erase_if(states, [&dir, step](const std::string& name) {
    return JoinPath(dir, name) > TrainingStatePath(dir, step);
  });
  for (size_t i = keep; i < states.size(); ++i) {
    RETURN_IF_ERROR(RemoveTree(JoinPath(dir, states[i])));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<TrainingState>> LoadNewestTrainingState(
    const std::string& dir, const std::string& fingerprint) {
  ASSIGN_OR_RETURN(const std::vector<std::string> states, ListStates(dir));
  absl::Status unreadable;  // of the newest one that could not be read
  for (const std::string& name : states) {
    const std::string path = JoinPath(dir, name);
    absl::StatusOr<TrainingState> state = ReadState(path);
    if (IsDamage(state.status())) {
      LOG(WARNING) << "\"" << path
                   << "\" is damaged: " << state.status().message()
                   << "; it is removed, the one before it is taken";
      RETURN_IF_ERROR(RemoveTree(path));
      continue;
    }
    const absl::Status status =
        Annotate(state.status(), absl::StrCat("\"", path, "\""));
    if (absl::IsUnavailable(status)) {
      LOG(WARNING) << status.message()
                   << "; it stays, the one before it is taken";
      unreadable.Update(status);
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
  RETURN_IF_ERROR(unreadable);
  if (!states.empty()) {
    LOG(ERROR) << "all " << states.size() << " saved states in \"" << dir
               << "\" were damaged: the run begins again, from step 0";
  }
  return std::optional<TrainingState>();
}

}  // namespace maskfill
