#include "core/model/checkpoint_layout.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/files.h"
#include "google/protobuf/util/message_differencer.h"

namespace maskfill {
namespace {

// "" when there is none.
std::string ConfigDifference(const ModelConfig& a, const ModelConfig& b) {
  std::string differences;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&differences);
  differencer.Compare(ToProto(a), ToProto(b));
  return std::vector<std::string>(absl::StrSplit(differences, '\n'))[0];
}

// Shape and dtype by name.
std::map<std::string, std::string> Tensors(const CheckpointFile& file) {
  std::map<std::string, std::string> tensors;
  for (const SafetensorsEntry& entry : file.tensors()) {
    tensors[entry.name] =
        absl::StrCat("[", absl::StrJoin(entry.shape, ", "), "] ", entry.dtype);
  }
  return tensors;
}

// "" when there is none.
std::string TensorDifference(const CheckpointFile& file_a,
                             const CheckpointFile& file_b) {
  const std::map<std::string, std::string> a = Tensors(file_a);
  const std::map<std::string, std::string> b = Tensors(file_b);
  for (const auto& [name, text] : a) {
    const auto other = b.find(name);
    if (other == b.end()) {
      return absl::StrCat("only the first has tensor \"", name, "\"");
    }
    if (text != other->second) {
      return absl::StrCat("tensor \"", name, "\" is ", text,
                          " in the first and ", other->second,
                          " in the second");
    }
  }
  for (const auto& [name, text] : b) {
    if (a.count(name) == 0) {
      return absl::StrCat("only the second has tensor \"", name, "\"");
    }
  }
  return "";
}

absl::Status Mismatch(const CheckpointFile& a, const CheckpointFile& b,
                      const char* file, const std::string& difference) {
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", JoinPath(a.dir(), file), "\" and \"", JoinPath(b.dir(), file),
      "\" do not fit each other: ", difference,
      "; expected checkpoints of one model with the same classes, trained "
      "from the same start"));
}

}  // namespace

absl::Status CheckSameLayout(const CheckpointFile& a, const CheckpointFile& b) {
  std::string difference = ConfigDifference(a.config(), b.config());
  if (!difference.empty()) return Mismatch(a, b, kConfigFile, difference);
  difference = TensorDifference(a, b);
  if (!difference.empty()) return Mismatch(a, b, kModelFile, difference);
  return absl::OkStatus();
}

}  // namespace maskfill
