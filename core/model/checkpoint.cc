#include "core/model/checkpoint.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/model/safetensors.h"
#include "core/model/tensor_names.h"
#include "core/model/torch_status.h"
#include "core/model/weight_values.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

// How many wrong tensors a message lists.
constexpr size_t kListed = 5;

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

// What the JSON of the file `path` says.
template <typename Message>
absl::StatusOr<Message> FromJson(const std::string& json,
                                 const std::string& path) {
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

}  // namespace

absl::StatusOr<std::string> ConfigJson(const ModelConfig& config) {
  return ToJson(ToProto(config));
}

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

absl::StatusOr<CheckpointFile> CheckpointFile::Open(const std::string& dir) {
  CheckpointFile file;
  file.dir_ = dir;
  ASSIGN_OR_RETURN(file.files_, OpenCheckpointFiles(dir));
  const std::string config_path = JoinPath(dir, kConfigFile);
  ASSIGN_OR_RETURN(const auto proto, FromJson<v1::ModelConfig>(
                                         file.files_.config_json, config_path));
  absl::StatusOr<ModelConfig> config = ParseModelConfig(proto);
  if (!config.ok()) {
    return absl::DataLossError(
        absl::StrCat("\"", config_path, "\": ", config.status().message()));
  }
  file.config_ = *std::move(config);
  return file;
}

absl::StatusOr<Checkpoint> CheckpointFile::Load() const {
  ASSIGN_OR_RETURN(const SafetensorsFile read,
                   ReadSafetensors(*files_.weights));
  return Checked(read);
}

absl::StatusOr<Checkpoint> CheckpointFile::Map(
    std::shared_ptr<const MappedFile>* file) const {
  ASSIGN_OR_RETURN(*file, files_.weights->Map());
  // Only the reader knows checksums that the file has not.
  if (!files_.has_checksums) return Load();
  ASSIGN_OR_RETURN(const SafetensorsFile read, MapSafetensors(*file));
  return Checked(read);
}

absl::StatusOr<Checkpoint> CheckpointFile::Checked(
    const SafetensorsFile& read) const {
  const std::string context = absl::StrCat("checkpoint \"", dir_, "\"");
  RETURN_IF_ERROR(Annotate(CheckTensors(config_, read.tensors), context));
  RETURN_IF_ERROR(Annotate(
      CatchTorch([&] { return CheckWeightValues(read.tensors); }), context));
  ASSIGN_OR_RETURN(NamedTensors tensors, CatchTorch([&] {
                     return MoveTensors(read.tensors, at::kCPU, at::kFloat);
                   }));
  return Checkpoint{config_, std::move(tensors), fingerprint()};
}

absl::StatusOr<std::string> WriteCheckpoint(const std::string& dir,
                                            const Checkpoint& checkpoint) {
  RETURN_IF_ERROR(ValidateModelConfig(checkpoint.config));
  RETURN_IF_ERROR(CheckTensors(checkpoint.config, checkpoint.tensors));
  RETURN_IF_ERROR(
      CatchTorch([&] { return CheckWeightValues(checkpoint.tensors); }));
  ASSIGN_OR_RETURN(const std::string config, ConfigJson(checkpoint.config));
  RETURN_IF_ERROR(MakeDirectories(dir));
  RETURN_IF_ERROR(WriteFileAtomically(JoinPath(dir, kConfigFile), config));
  RETURN_IF_ERROR(WriteSafetensors(
      JoinPath(dir, kModelFile), checkpoint.tensors,
      {{kConfigDigest, Sha256Hex(config)}}, /*floating=*/at::kFloat));
  ASSIGN_OR_RETURN(const CheckpointFile file, CheckpointFile::Open(dir));
  return file.fingerprint();
}

}  // namespace maskfill
