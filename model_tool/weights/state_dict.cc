#include "model_tool/weights/state_dict.h"

#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/model/safetensors.h"
#include "core/model/torch_status.h"
#include "model_tool/weights/torch_archive.h"
#include "model_tool/weights/zip_checksums.h"
#include "torch/csrc/jit/api/module.h"
#include "torch/csrc/jit/serialization/import.h"

namespace maskfill {
namespace {

constexpr const char* kNestings[] = {"state_dict", "model_state_dict", "model"};

bool HasTensors(const PickleObject& dict) {
  for (size_t i = 1; i < dict.items.size(); i += 2) {
    if (dict.items[i]->kind == PickleKind::kTensor) return true;
  }
  return false;
}

std::string Keys(const PickleObject& dict) {
  std::vector<std::string> keys;
  for (size_t i = 0; i < dict.items.size() && keys.size() < 8; i += 2) {
    const PickleObject& key = *dict.items[i];
    keys.push_back(key.kind == PickleKind::kString
                       ? absl::StrCat("\"", key.text, "\"")
                       : Describe(key));
  }
  if (dict.items.size() > 16) keys.push_back("...");
  return absl::StrJoin(keys, ", ");
}

// A safetensors file begins with the length of its header, and the header
// with a brace.
absl::StatusOr<bool> IsSafetensors(const std::string& path) {
  RETURN_IF_ERROR(FileSize(path).status());
  std::ifstream file(path, std::ios::binary);
  char head[9] = {};
  file.read(head, sizeof(head));
  return file.gcount() == sizeof(head) && head[8] == '{';
}

absl::StatusOr<NamedTensors> ReadTorchScript(const std::string& path) {
  return CatchTorch([&] {
    const torch::jit::Module module = torch::jit::load(path, at::kCPU);
    NamedTensors tensors;
    for (const auto& parameter : module.named_parameters(/*recurse=*/true)) {
      tensors[parameter.name] = parameter.value.detach();
    }
    for (const auto& buffer : module.named_buffers(/*recurse=*/true)) {
      tensors[buffer.name] = buffer.value.detach();
    }
    return tensors;
  });
}

absl::StatusOr<NamedTensors> ReadPickle(const std::string& path) {
  ASSIGN_OR_RETURN(const auto archive, TorchArchive::Open(path));
  ASSIGN_OR_RETURN(const PickleObject* dict, FindStateDict(archive->root()));
  NamedTensors tensors;
  for (size_t i = 0; i + 1 < dict->items.size(); i += 2) {
    const PickleObject& key = *dict->items[i];
    const PickleObject& value = *dict->items[i + 1];
    if (key.kind != PickleKind::kString) {
      return absl::DataLossError(absl::StrCat(
          "the state dict has ", Describe(key), " as a key, expected names"));
    }
    // Scalars that state dicts of scripted modules carry.
    if (value.kind == PickleKind::kInt || value.kind == PickleKind::kNone) {
      continue;
    }
    ASSIGN_OR_RETURN(
        tensors[key.text],
        Annotate(archive->Read(value), absl::StrCat("\"", key.text, "\"")));
  }
  return tensors;
}

}  // namespace

std::string ToString(WeightsFormat format) {
  switch (format) {
    case WeightsFormat::kTorchScript:
      return "torchscript";
    case WeightsFormat::kPickle:
      return "pickle";
    case WeightsFormat::kSafetensors:
      return "safetensors";
  }
  return "unknown";
}

absl::StatusOr<const PickleObject*> FindStateDict(const PickleObject& root) {
  const PickleObject* at = &root;
  for (int depth = 0; depth <= 3; ++depth) {
    if (at->kind != PickleKind::kDict) {
      return absl::DataLossError(absl::StrCat(
          "found ", Describe(*at),
          ", expected a state dict: a dict of tensors by name. A whole Python "
          "object cannot be read; save its weights in Python: "
          "torch.save(model.state_dict(), new)"));
    }
    const PickleObject* inner = nullptr;
    for (const char* name : kNestings) {
      if (inner == nullptr) inner = at->Find(name);
    }
    // Tensors beside it, such as states of random generators, do not count.
    if (inner == nullptr ||
        (inner->kind != PickleKind::kDict && HasTensors(*at))) {
      break;
    }
    at = inner;
  }
  if (!HasTensors(*at)) {
    return absl::DataLossError(
        absl::StrCat("found a dict without tensors, with keys ", Keys(*at),
                     "; expected a state dict, alone or under \"",
                     absl::StrJoin(kNestings, "\", \""), "\""));
  }
  return at;
}

absl::StatusOr<StateDict> ReadStateDict(const std::string& path) {
  ASSIGN_OR_RETURN(const bool is_safetensors, IsSafetensors(path));
  StateDict state;
  if (is_safetensors) {
    ASSIGN_OR_RETURN(SafetensorsFile file, ReadSafetensors(path));
    state.tensors = std::move(file.tensors);
    state.metadata = std::move(file.metadata);
    return state;
  }
  ASSIGN_OR_RETURN(const TorchFileKind kind, DetectTorchFile(path));
  RETURN_IF_ERROR(CheckZipChecksums(path));
  if (kind == TorchFileKind::kTorchScript) {
    state.format = WeightsFormat::kTorchScript;
    ASSIGN_OR_RETURN(state.tensors, Annotate(ReadTorchScript(path), path));
  } else {
    state.format = WeightsFormat::kPickle;
    ASSIGN_OR_RETURN(state.tensors, Annotate(ReadPickle(path), path));
  }
  return state;
}

}  // namespace maskfill
