#include "model_tool/weights/state_dict.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/status_macros.h"
#include "core/model/safetensors.h"
#include "model_tool/weights/foreign_files.h"
#include "model_tool/weights/key_map.h"
#include "model_tool/weights/torch_archive.h"

namespace maskfill {
namespace {

constexpr absl::string_view kUsualKeys[] = {"state_dict", "model_state_dict",
                                            "model"};
constexpr size_t kMaxListed = 8;

// A few of `names`, quoted.
std::string Listed(const std::vector<std::string>& names) {
  const size_t listed = std::min(names.size(), kMaxListed);
  return absl::StrCat(
      "\"", absl::StrJoin(names.begin(), names.begin() + listed, "\", \""),
      "\"", listed < names.size() ? ", ..." : "");
}

std::string Keys(const PickleObject& dict) {
  std::vector<std::string> keys;
  for (size_t i = 0; i < dict.items.size(); i += 2) {
    const PickleObject& key = *dict.items[i];
    keys.push_back(key.kind == PickleKind::kString ? key.text : Describe(key));
  }
  return keys.empty() ? "none" : Listed(keys);
}

// An array that is no dense tensor of torch's, but holds the values of one.
bool IsOtherTensor(const PickleObject& object) {
  return object.kind == PickleKind::kOpaque &&
         (absl::StrContains(object.text, "torch") ||
          absl::StrContains(object.text, "numpy")) &&
         !absl::EndsWith(object.text, " scalar");  // NumPy's numbers
}

absl::Status NoPlainTensor(absl::string_view name, const PickleObject& object) {
  return absl::DataLossError(
      absl::StrCat("\"", name, "\" is ", Describe(object),
                   ", expected a dense tensor of torch; save the weights as "
                   "plain float32 tensors"));
}

// What a dict, list or tuple holds, by key or by number.
std::vector<std::pair<std::string, const PickleObject*>> Entries(
    const PickleObject& object) {
  constexpr size_t kMaxKeyBytes = 200;  // longer ones are nobody's
  std::vector<std::pair<std::string, const PickleObject*>> entries;
  const auto& items = object.items;
  if (object.kind == PickleKind::kDict) {
    for (size_t i = 0; i + 1 < items.size(); i += 2) {
      if (items[i]->kind == PickleKind::kString &&
          items[i]->text.size() <= kMaxKeyBytes) {
        entries.emplace_back(items[i]->text, items[i + 1]);
      }
    }
  } else if (object.IsSequence()) {
    for (size_t i = 0; i < items.size(); ++i) {
      entries.emplace_back(absl::StrCat(i), items[i]);
    }
  }
  return entries;
}

// Every dict in `root` that holds tensors, by its dotted key.
struct Candidate {
  std::string key;
  const PickleObject* dict = nullptr;
  bool is_tower = false;
};
std::vector<Candidate> FindCandidates(const PickleObject& root) {
  constexpr size_t kMaxDepth = 8;
  std::vector<Candidate> found;
  std::vector<std::pair<Candidate, size_t>> open = {{{"", &root}, 0}};
  std::set<const PickleObject*> seen = {&root};
  while (!open.empty()) {
    auto [candidate, depth] = std::move(open.back());
    open.pop_back();
    const bool is_dict = candidate.dict->kind == PickleKind::kDict;
    bool has_tensors = false;
    for (const auto& [name, value] : Entries(*candidate.dict)) {
      if (value->kind == PickleKind::kTensor && is_dict) {
        has_tensors = true;
        candidate.is_tower = candidate.is_tower || BelongsToImageTower(name);
      } else if ((value->kind == PickleKind::kDict || value->IsSequence()) &&
                 depth < kMaxDepth && seen.insert(value).second) {
        const char* dot = candidate.key.empty() ? "" : ".";
        open.push_back(
            {{absl::StrCat(candidate.key, dot, name), value}, depth + 1});
      }
    }
    if (has_tensors) found.push_back(std::move(candidate));
  }
  return found;
}

// By the order of kUsualKeys, then the root; the rest comes last.
size_t Rank(const Candidate& candidate) {
  if (candidate.key.empty()) return 1 + std::size(kUsualKeys);
  size_t rank = 0;
  for (const absl::string_view part : absl::StrSplit(candidate.key, '.')) {
    const auto* usual =
        std::find(std::begin(kUsualKeys), std::end(kUsualKeys), part);
    if (usual == std::end(kUsualKeys)) return std::string::npos;
    rank = std::max<size_t>(rank, 1 + (usual - std::begin(kUsualKeys)));
  }
  return rank;
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

// What the code of a scripted CLIP calls: OpenAI's has a class QuickGELU, which
// multiplies by a sigmoid.
std::string ActivationOfCode(absl::string_view code) {
  const bool quick = absl::StrContains(code, "QuickGELU") &&
                     absl::StrContains(code, "torch.sigmoid(");
  const bool gelu = absl::StrContains(code, "torch.gelu(");
  if (quick == gelu) return "";
  if (quick) return "quick_gelu";
  return absl::StrContains(code, "\"tanh\"") ? "gelu_tanh" : "gelu";
}

absl::Status ReadPickle(TorchArchive* archive, const std::string& key,
                        StateDict* state) {
  ASSIGN_OR_RETURN(FoundStateDict found, FindStateDict(archive->root(), key));
  state->key = std::move(found.key);
  state->names_prefix = std::move(found.names_prefix);
  state->other_keys = std::move(found.other_keys);
  if (!state->other_keys.empty()) {
    state->notes.push_back(absl::StrCat(
        "took the weights ",
        state->key.empty() ? "at the root"
                           : absl::StrCat("under \"", state->key, "\""),
        "; there are more under ", Listed(state->other_keys),
        " (--state_key=", state->other_keys[0], ")"));
  }
  std::vector<std::string> left_out;
  for (size_t i = 0; i + 1 < found.dict->items.size(); i += 2) {
    const PickleObject& name = *found.dict->items[i];
    const PickleObject& value = *found.dict->items[i + 1];
    if (name.kind != PickleKind::kString) {
      return absl::DataLossError(absl::StrCat(
          "the state dict has ", Describe(name), " as a key, expected names"));
    }
    if (value.kind == PickleKind::kTensor) {
      ASSIGN_OR_RETURN(
          state->tensors[name.text],
          Annotate(archive->Read(value), absl::StrCat("\"", name.text, "\"")));
    } else if (IsOtherTensor(value)) {
      return NoPlainTensor(name.text, value);
    } else {
      left_out.push_back(name.text);
    }
  }
  if (!left_out.empty()) {
    state->notes.push_back(
        absl::StrCat("left out what is no tensor: ", Listed(left_out)));
  }
  return absl::OkStatus();
}

// safetensors' save_model stores a tensor that has several names once and notes
// the others in the metadata: {"name left out": "name stored"}. A CLIP has no
// tensor under two names, so the one stored is somebody else's.
void RestoreSharedNames(StateDict* state) {
  for (const auto& [left_out, stored] : state->metadata) {
    const auto tensor = state->tensors.find(stored);
    if (tensor == state->tensors.end() || state->tensors.count(left_out) > 0) {
      continue;
    }
    state->notes.push_back(absl::StrCat("\"", stored, "\" is also \"", left_out,
                                        "\", says the metadata: took that"));
    state->tensors[left_out] = tensor->second;
    state->tensors.erase(stored);
  }
}

}  // namespace

absl::Span<const WeightsFormatRow> AllWeightsFormats() {
  static constexpr WeightsFormatRow kRows[] = {
      {WeightsFormat::kTorchScript, "torchscript",
       "`torch.jit.save`, as OpenAI releases CLIP; its code is never run"},
      {WeightsFormat::kPickle, "pickle",
       "`torch.save` since PyTorch 1.6: a state dict, alone or anywhere in a "
       "checkpoint; read as data"},
      {WeightsFormat::kSafetensors, "safetensors",
       "one file, or several with their index"},
  };
  return kRows;
}

std::string ToString(WeightsFormat format) {
  return std::string(AllWeightsFormats()[static_cast<size_t>(format)].name);
}

absl::StatusOr<FoundStateDict> FindStateDict(const PickleObject& root,
                                             const std::string& key) {
  std::vector<Candidate> candidates = FindCandidates(root);
  if (root.kind != PickleKind::kDict && candidates.empty()) {
    return absl::DataLossError(absl::StrCat(
        "found ", Describe(root),
        ", expected a state dict: a dict of tensors by name. A whole Python "
        "object cannot be read; save its weights in Python: "
        "torch.save(model.state_dict(), new)"));
  }
  if (std::any_of(candidates.begin(), candidates.end(),
                  [](const Candidate& c) { return c.is_tower; })) {
    std::erase_if(candidates, [](const Candidate& c) { return !c.is_tower; });
  }
  if (candidates.empty()) {
    std::string holds;
    for (size_t i = 0; i + 1 < root.items.size(); i += 2) {
      const PickleObject& value = *root.items[i + 1];
      if (IsOtherTensor(value)) {
        return NoPlainTensor(root.items[i]->text, value);
      }
      if (value.kind != PickleKind::kOpaque || !holds.empty()) continue;
      holds = absl::StrCat(" (\"", root.items[i]->text, "\" is ",
                           Describe(value), ")");
    }
    return absl::DataLossError(absl::StrCat(
        "found a dict without tensors of torch, with keys ", Keys(root), holds,
        "; expected a state dict, alone or in a checkpoint: "
        "torch.save(model.state_dict(), new)"));
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) {
                     return std::make_pair(Rank(a), a.key) <
                            std::make_pair(Rank(b), b.key);
                   });
  std::vector<std::string> keys;
  for (const Candidate& candidate : candidates) {
    keys.push_back(candidate.key.empty() ? std::string(kNoStateKey)
                                         : candidate.key);
  }
  // The longest that `key` is or begins with: the rest is a prefix of names.
  size_t chosen = keys.size();
  std::string names_prefix = key;
  for (size_t i = 0; i < keys.size(); ++i) {
    absl::string_view rest = key;
    if (absl::ConsumePrefix(&rest, keys[i]) &&
        (rest.empty() || absl::ConsumePrefix(&rest, ".")) &&
        rest.size() < names_prefix.size()) {
      chosen = i;
      names_prefix = std::string(rest);
    }
  }
  if (key == kNoStateKey) names_prefix = key;  // nor a prefix
  if (chosen == keys.size()) {
    chosen = 0;
    if (keys.size() > 1 && Rank(candidates[0]) == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("found weights under ", Listed(keys),
                       "; choose one by --state_key=", keys[0]));
    }
  }
  FoundStateDict found{candidates[chosen].dict,
                       candidates[chosen].key,
                       std::move(names_prefix),
                       {}};
  keys.erase(keys.begin() + static_cast<int64_t>(chosen));
  found.other_keys = std::move(keys);
  return found;
}

absl::StatusOr<StateDict> ReadStateDict(
    const std::shared_ptr<const MappedFile>& file, const std::string& key) {
  if (const std::string foreign = DescribeForeignFile(file->bytes());
      !foreign.empty()) {
    return absl::DataLossError(foreign);
  }
  StateDict state;
  state.names_prefix = key;
  if (!absl::StartsWith(file->bytes(), "PK")) {
    ASSIGN_OR_RETURN(SafetensorsFile read, MapSafetensors(file));
    state.tensors = std::move(read.tensors);
    state.metadata = std::move(read.metadata);
    RestoreSharedNames(&state);
    return state;
  }
  ASSIGN_OR_RETURN(const auto archive, TorchArchive::Open(file));
  if (archive->is_script()) {
    state.format = WeightsFormat::kTorchScript;
    ASSIGN_OR_RETURN(state.tensors, ReadTorchScript(archive.get()));
    ASSIGN_OR_RETURN(const std::string code, archive->ReadCode());
    state.scripted_activation = ActivationOfCode(code);
  } else {
    state.format = WeightsFormat::kPickle;
    RETURN_IF_ERROR(ReadPickle(archive.get(), key, &state));
  }
  return state;
}

}  // namespace maskfill
