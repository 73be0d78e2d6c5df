#include "model_tool/weights/state_dict.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"
#include "core/model/safetensors.h"
#include "core/record/safetensors_reader.h"
#include "model_tool/weights/torch_archive.h"
#include "model_tool/weights/zip_checksums.h"

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

// Every tensor that a scripted module or one inside it has as an attribute, by
// dotted name: its parameters and buffers, but also other attributes.
absl::StatusOr<NamedTensors> ReadTorchScript(TorchArchive* archive) {
  constexpr size_t kMaxDepth = 64;
  struct Module {
    std::string prefix;
    const PickleObject* object;
    size_t depth;
  };
  NamedTensors tensors;
  std::vector<Module> open = {{"", &archive->root(), 0}};
  std::set<const PickleObject*> seen = {&archive->root()};
  while (!open.empty()) {
    const Module module = std::move(open.back());
    open.pop_back();
    const auto& items = module.object->items;
    if (module.object->kind != PickleKind::kOpaque || items.empty() ||
        items[0]->kind != PickleKind::kDict || module.depth > kMaxDepth) {
      return absl::DataLossError(absl::StrCat(
          "found ", Describe(*module.object), " as \"", module.prefix,
          "\", expected a module of TorchScript at most ", kMaxDepth, " deep"));
    }
    for (size_t i = 0; i + 1 < items[0]->items.size(); i += 2) {
      const PickleObject& value = *items[0]->items[i + 1];
      std::string name = absl::StrCat(module.prefix, items[0]->items[i]->text);
      if (value.kind == PickleKind::kTensor) {
        ASSIGN_OR_RETURN(
            tensors[name],
            Annotate(archive->Read(value), absl::StrCat("\"", name, "\"")));
      } else if (value.kind == PickleKind::kOpaque && !value.items.empty() &&
                 seen.insert(&value).second) {
        // Once each: a module may stand in several places.
        open.push_back({absl::StrCat(name, "."), &value, module.depth + 1});
      }
    }
  }
  return tensors;
}

absl::StatusOr<NamedTensors> ReadPickle(TorchArchive* archive) {
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

absl::StatusOr<StateDict> ParseStateDict(absl::string_view bytes) {
  StateDict state;
  // The length of the header, and its brace.
  if (bytes.size() > 8 && bytes[8] == '{') {
    ASSIGN_OR_RETURN(const auto reader,
                     SafetensorsReader::OpenBytes(bytes, "safetensors"));
    ASSIGN_OR_RETURN(SafetensorsFile file, ReadSafetensors(*reader));
    state.tensors = std::move(file.tensors);
    state.metadata = std::move(file.metadata);
    return state;
  }
  ASSIGN_OR_RETURN(const TorchFileKind kind, DetectTorchFile(bytes));
  RETURN_IF_ERROR(CheckZipChecksums(bytes));
  ASSIGN_OR_RETURN(const auto archive, TorchArchive::Open(bytes));
  if (kind == TorchFileKind::kTorchScript) {
    state.format = WeightsFormat::kTorchScript;
    ASSIGN_OR_RETURN(state.tensors, ReadTorchScript(archive.get()));
  } else {
    state.format = WeightsFormat::kPickle;
    ASSIGN_OR_RETURN(state.tensors, ReadPickle(archive.get()));
  }
  return state;
}

}  // namespace maskfill
