#include "train/run/training_state.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/files.h"
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
constexpr int kSchemaVersion = 1;

absl::Status WriteStateFiles(const std::string& dir,
                             const TrainingState& state) {
  RETURN_IF_ERROR(MakeDirectories(dir));
  RETURN_IF_ERROR(
      WriteSafetensors(JoinPath(dir, kModelFile), state.trainer.parameters));
  NamedTensors moments = AddPrefix(state.trainer.exp_avg, kFirstMoments);
  moments.merge(AddPrefix(state.trainer.exp_avg_sq, kSecondMoments));
  RETURN_IF_ERROR(WriteSafetensors(JoinPath(dir, kOptimizerFile), moments));
  Json json;
  json["schema_version"] = kSchemaVersion;
  json["fingerprint"] = state.fingerprint;
  json["step"] = state.trainer.step;
  json["loss"] = state.loss;
  json["accuracy"] = state.accuracy;
  json["last_validated_step"] = state.last_validated_step;
  json["best_accuracy"] = state.best_accuracy;
  json["best_step"] = state.best_step;
  for (const char* name : {kModelFile, kOptimizerFile}) {
    ASSIGN_OR_RETURN(json["sha256"][name],
                     Sha256HexOfFile(JoinPath(dir, name)));
  }
  return WriteFileAtomically(JoinPath(dir, kStateFile), json.dump(2) + "\n");
}

// Names of complete states, newest first.
absl::StatusOr<std::vector<std::string>> ListStates(const std::string& dir) {
  std::vector<std::string> states;
  if (!IsDirectory(dir)) return states;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir));
  for (const std::string& name : names) {
    if (absl::StartsWith(name, kStepPrefix)) states.push_back(name);
  }
  // Zero-padded: the order of the names is that of the steps.
  std::reverse(states.begin(), states.end());
  return states;
}

absl::StatusOr<TrainingState> ReadState(const std::string& dir) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(JoinPath(dir, kStateFile)));
  TrainingState state;
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  try {
    if (json.at("schema_version") != kSchemaVersion) {
      return absl::DataLossError(absl::StrCat(
          kStateFile, " has another schema_version than ", kSchemaVersion));
    }
    state.fingerprint = json.at("fingerprint");
    state.trainer.step = json.at("step");
    state.loss = json.at("loss");
    state.accuracy = json.at("accuracy");
    state.last_validated_step = json.at("last_validated_step");
    state.best_accuracy = json.at("best_accuracy");
    state.best_step = json.at("best_step");
    for (const char* name : {kModelFile, kOptimizerFile}) {
      const std::string expected = json.at("sha256").at(name);
      ASSIGN_OR_RETURN(const std::string found,
                       Sha256HexOfFile(JoinPath(dir, name)));
      if (found != expected) {
        return absl::DataLossError(absl::StrCat(name, " has SHA-256 ", found,
                                                ", ", kStateFile, " says ",
                                                expected));
      }
    }
  } catch (const Json::exception& error) {
    return absl::DataLossError(absl::StrCat(kStateFile, ": ", error.what()));
  }
  ASSIGN_OR_RETURN(SafetensorsFile model,
                   ReadSafetensors(JoinPath(dir, kModelFile)));
  ASSIGN_OR_RETURN(SafetensorsFile optimizer,
                   ReadSafetensors(JoinPath(dir, kOptimizerFile)));
  state.trainer.parameters = std::move(model.tensors);
  state.trainer.exp_avg = SelectPrefix(optimizer.tensors, kFirstMoments);
  state.trainer.exp_avg_sq = SelectPrefix(optimizer.tensors, kSecondMoments);
  return state;
}

}  // namespace

absl::Status SaveTrainingState(const std::string& dir,
                               const TrainingState& state, int64_t keep) {
  const std::string name =
      absl::StrFormat("%s%010d", kStepPrefix, state.trainer.step);
  const std::string path = JoinPath(dir, name);
  RETURN_IF_ERROR(MakeDirectories(dir));
  RETURN_IF_ERROR(RemoveStaleTemporaries(dir));
  const std::string temporary = TemporaryPath(path);
  const absl::Status written = WriteStateFiles(temporary, state);
  if (!written.ok()) {
    // Room for whoever needs it next; the first error is the one to tell.
    RemoveTree(temporary).IgnoreError();
    return Annotate(written, "training state");
  }
  RETURN_IF_ERROR(RemoveTree(path));
  RETURN_IF_ERROR(RenamePath(temporary, path));
  return KeepNewestTrainingStates(dir, keep);
}

absl::Status KeepNewestTrainingStates(const std::string& dir, int64_t keep) {
  ASSIGN_OR_RETURN(const std::vector<std::string> states, ListStates(dir));
  for (size_t i = keep; i < states.size(); ++i) {
    RETURN_IF_ERROR(RemoveTree(JoinPath(dir, states[i])));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<TrainingState>> LoadNewestTrainingState(
    const std::string& dir, const std::string& fingerprint) {
  ASSIGN_OR_RETURN(const std::vector<std::string> states, ListStates(dir));
  for (const std::string& name : states) {
    const std::string path = JoinPath(dir, name);
    absl::StatusOr<TrainingState> state = ReadState(path);
    if (!state.ok()) {
      LOG(WARNING) << "\"" << path
                   << "\" cannot be used: " << state.status().message()
                   << "; it is removed, the one before it is taken";
      RETURN_IF_ERROR(RemoveTree(path));
      continue;
    }
    if (state->fingerprint != fingerprint) {
      return absl::FailedPreconditionError(
          absl::StrCat("\"", path, "\" belongs to a run with fingerprint ",
                       state->fingerprint, ", this run has ", fingerprint,
                       "; use --overwrite or another --output"));
    }
    return std::optional<TrainingState>(*std::move(state));
  }
  return std::optional<TrainingState>();
}

}  // namespace maskfill
