#include "model_tool/merge/checkpoint_layout.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "core/model/safetensors_header.h"
#include "google/protobuf/util/message_differencer.h"

namespace maskfill {
namespace {

constexpr int64_t kLengthBytes = 8;

absl::StatusOr<SafetensorsHeader> ReadHeader(const std::string& path) {
  ASSIGN_OR_RETURN(const int64_t file_bytes, FileSize(path));
  std::ifstream file(path, std::ios::binary);
  std::string length(std::min(kLengthBytes, file_bytes), '\0');
  if (!file.read(length.data(), static_cast<std::streamsize>(length.size()))) {
    return absl::UnavailableError("cannot be read");
  }
  ASSIGN_OR_RETURN(const int64_t header_bytes,
                   ParseSafetensorsLength(length, file_bytes));
  std::string json(header_bytes, '\0');
  if (!file.read(json.data(), header_bytes)) {
    return absl::UnavailableError("cannot be read");
  }
  return ParseSafetensorsHeader(json, file_bytes - kLengthBytes - header_bytes);
}

// "" when there is none.
std::string ConfigDifference(const ModelConfig& a, const ModelConfig& b) {
  std::string differences;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&differences);
  differencer.Compare(ToProto(a), ToProto(b));
  return std::vector<std::string>(absl::StrSplit(differences, '\n'))[0];
}

std::string Text(const CheckpointLayout::Tensor& tensor) {
  return absl::StrCat("[", absl::StrJoin(tensor.shape, ", "), "] ",
                      tensor.dtype);
}

// "" when there is none.
std::string TensorDifference(const CheckpointLayout& a,
                             const CheckpointLayout& b) {
  for (const auto& [name, tensor] : a.tensors) {
    const auto other = b.tensors.find(name);
    if (other == b.tensors.end()) {
      return absl::StrCat("only the first has tensor \"", name, "\"");
    }
    if (tensor.shape != other->second.shape ||
        tensor.dtype != other->second.dtype) {
      return absl::StrCat("tensor \"", name, "\" is ", Text(tensor),
                          " in the first and ", Text(other->second),
                          " in the second");
    }
  }
  for (const auto& [name, tensor] : b.tensors) {
    if (a.tensors.count(name) == 0) {
      return absl::StrCat("only the second has tensor \"", name, "\"");
    }
  }
  return "";
}

absl::Status Mismatch(const CheckpointLayout& a, const CheckpointLayout& b,
                      const char* file, const std::string& difference) {
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", JoinPath(a.dir, file), "\" and \"", JoinPath(b.dir, file),
      "\" do not fit each other: ", difference,
      "; expected checkpoints of one model with the same classes, trained "
      "from the same start"));
}

}  // namespace

absl::StatusOr<CheckpointLayout> ReadCheckpointLayout(const std::string& dir) {
  CheckpointLayout layout;
  layout.dir = dir;
  ASSIGN_OR_RETURN(layout.config, LoadModelConfig(dir));
  const std::string path = JoinPath(dir, kModelFile);
  ASSIGN_OR_RETURN(const SafetensorsHeader header,
                   Annotate(ReadHeader(path), absl::StrCat("\"", path, "\"")));
  for (const SafetensorsEntry& entry : header.entries) {
    layout.tensors[entry.name] = {entry.shape, entry.dtype};
  }
  return layout;
}

absl::Status CheckSameLayout(const CheckpointLayout& a,
                             const CheckpointLayout& b) {
  std::string difference = ConfigDifference(a.config, b.config);
  if (!difference.empty()) return Mismatch(a, b, kConfigFile, difference);
  difference = TensorDifference(a, b);
  if (!difference.empty()) return Mismatch(a, b, kModelFile, difference);
  return absl::OkStatus();
}

}  // namespace maskfill
