#include "core/model/checkpoint.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/model/safetensors.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

// How many wrong tensors a message lists.
constexpr size_t kListed = 5;
// CLIP's temperature: also kept by checkpoints without a text tower.
constexpr char kLogitScale[] = "logit_scale";

absl::Status CheckIsCheckpoint(const std::string& dir) {
  if (!IsDirectory(dir)) {
    return absl::NotFoundError(
        absl::StrCat("checkpoint \"", dir,
                     "\" is no directory; expected one that import_model, "
                     "build_zeroshot or train wrote"));
  }
  for (const char* file : {kModelFile, kConfigFile}) {
    if (!PathExists(JoinPath(dir, file))) {
      return absl::NotFoundError(
          absl::StrCat("checkpoint \"", dir, "\" has no ", file, "; expected ",
                       kModelFile, " and ", kConfigFile,
                       " as import_model, build_zeroshot or train write them"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return absl::InternalError(status.ToString());
  // Members sorted: a protobuf map has no order of its own.
  return nlohmann::json::parse(json).dump(2) + "\n";
}

template <typename Message>
absl::StatusOr<Message> FromJsonFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string json, ReadFile(path));
  Message message;
  const auto status =
      google::protobuf::util::JsonStringToMessage(json, &message);
  if (!status.ok()) {
    return absl::DataLossError(absl::StrCat(
        "\"", path, "\": not the JSON of a ", Message::descriptor()->name(),
        ": ", std::string(status.message())));
  }
  return message;
}

// Makes `temporary` appear as `dir`; an existing `dir` ends as `temporary`.
absl::Status Publish(const std::string& temporary, const std::string& dir) {
  if (!PathExists(dir)) return RenamePath(temporary, dir);
  if (renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, dir.c_str(),
                RENAME_EXCHANGE) == 0) {
    return SyncDirectory(Dirname(dir));
  }
  if (errno != EINVAL && errno != ENOSYS) {
    return absl::UnavailableError(
        absl::StrCat("cannot replace \"", dir, "\": ", std::strerror(errno)));
  }
  // A file system that cannot exchange: move the old one aside first.
  const std::string aside = TemporaryPath(dir);
  RETURN_IF_ERROR(RenamePath(dir, aside));
  RETURN_IF_ERROR(RenamePath(temporary, dir));
  return RemoveTree(aside);
}

}  // namespace

absl::Status CheckTensors(const ModelConfig& config,
                          const NamedTensors& tensors) {
  const auto expected = ExpectedShapes(config);
  std::vector<std::string> wrong;
  for (const auto& [name, shape] : expected) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) {
      wrong.push_back(absl::StrCat("\"", name, "\" is missing, expected shape ",
                                   ShapeText(shape)));
    } else if (found->second.sizes() != at::IntArrayRef(shape)) {
      wrong.push_back(absl::StrCat("\"", name, "\" has shape ",
                                   ShapeText(found->second.sizes()),
                                   ", expected ", ShapeText(shape)));
    }
  }
  for (const auto& [name, tensor] : tensors) {
    if (expected.count(name) == 0 && name != kLogitScale) {
      wrong.push_back(absl::StrCat("\"", name, "\" of shape ",
                                   ShapeText(tensor.sizes()),
                                   " is not expected"));
    } else if (!tensor.is_floating_point()) {
      wrong.push_back(absl::StrCat("\"", name, "\" is ",
                                   c10::toString(tensor.scalar_type()),
                                   ", expected floating point"));
    }
  }
  if (wrong.empty()) return absl::OkStatus();
  const size_t listed = std::min(wrong.size(), kListed);
  return absl::DataLossError(
      absl::StrCat("weights and configuration do not fit: ",
                   absl::StrJoin(wrong.begin(), wrong.begin() + listed, "; "),
                   wrong.size() > listed
                       ? absl::StrCat("; and ", wrong.size() - listed, " more")
                       : ""));
}

absl::StatusOr<ModelConfig> LoadModelConfig(const std::string& dir) {
  RETURN_IF_ERROR(CheckIsCheckpoint(dir));
  const std::string path = JoinPath(dir, kConfigFile);
  ASSIGN_OR_RETURN(const v1::ModelConfig proto,
                   FromJsonFile<v1::ModelConfig>(path));
  absl::StatusOr<ModelConfig> config = ParseModelConfig(proto);
  if (config.ok()) return config;
  return absl::DataLossError(
      absl::StrCat("\"", path, "\": ", config.status().message()));
}

absl::StatusOr<std::string> CheckpointFingerprint(const std::string& dir) {
  RETURN_IF_ERROR(CheckIsCheckpoint(dir));
  ASSIGN_OR_RETURN(const std::string weights,
                   Sha256HexOfFile(JoinPath(dir, kModelFile)));
  ASSIGN_OR_RETURN(const std::string config,
                   ReadFile(JoinPath(dir, kConfigFile)));
  Sha256 sha;
  sha.UpdateField(weights);
  sha.UpdateField(config);
  return sha.HexDigest();
}

absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& dir) {
  Checkpoint checkpoint;
  ASSIGN_OR_RETURN(checkpoint.config, LoadModelConfig(dir));
  ASSIGN_OR_RETURN(SafetensorsFile file,
                   ReadSafetensors(JoinPath(dir, kModelFile)));
  RETURN_IF_ERROR(Annotate(CheckTensors(checkpoint.config, file.tensors),
                           absl::StrCat("checkpoint \"", dir, "\"")));
  checkpoint.tensors = MoveTensors(file.tensors, at::kCPU, at::kFloat);
  const std::string provenance = JoinPath(dir, kProvenanceFile);
  if (PathExists(provenance)) {
    ASSIGN_OR_RETURN(checkpoint.provenance,
                     FromJsonFile<v1::Provenance>(provenance));
  }
  ASSIGN_OR_RETURN(checkpoint.fingerprint, CheckpointFingerprint(dir));
  return checkpoint;
}

absl::StatusOr<std::string> SaveCheckpoint(
    const std::string& dir, const Checkpoint& checkpoint,
    const SaveCheckpointOptions& options) {
  if (PathExists(dir) && !options.overwrite) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", dir,
                     "\" exists already; give another directory or "
                     "--overwrite"));
  }
  RETURN_IF_ERROR(ValidateModelConfig(checkpoint.config));
  RETURN_IF_ERROR(CheckTensors(checkpoint.config, checkpoint.tensors));
  RETURN_IF_ERROR(MakeDirectories(Dirname(dir)));
  const std::string temporary = TemporaryPath(dir);
  RETURN_IF_ERROR(MakeDirectories(temporary));
  // After the exchange of names this is what was there before.
  const absl::Cleanup remove = [&temporary] {
    RemoveTree(temporary).IgnoreError();
  };
  RETURN_IF_ERROR(
      WriteSafetensors(JoinPath(temporary, kModelFile),
                       MoveTensors(checkpoint.tensors, at::kCPU, at::kFloat)));
  ASSIGN_OR_RETURN(const std::string config,
                   ToJson(ToProto(checkpoint.config)));
  RETURN_IF_ERROR(
      WriteFileAtomically(JoinPath(temporary, kConfigFile), config));
  ASSIGN_OR_RETURN(const std::string provenance, ToJson(checkpoint.provenance));
  RETURN_IF_ERROR(
      WriteFileAtomically(JoinPath(temporary, kProvenanceFile), provenance));
  if (options.extra_files) RETURN_IF_ERROR(options.extra_files(temporary));
  ASSIGN_OR_RETURN(std::string fingerprint, CheckpointFingerprint(temporary));
  RETURN_IF_ERROR(Publish(temporary, dir));
  return fingerprint;
}

}  // namespace maskfill
