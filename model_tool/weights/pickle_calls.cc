#include "model_tool/weights/pickle_calls.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace maskfill {
namespace {

// At most as many as a tensor may have dimensions: bounds the time it takes.
bool IsIntTuple(const PickleObject& object) {
  return object.IsSequence() && object.items.size() <= 64 &&
         std::all_of(object.items.begin(), object.items.end(),
                     [](const PickleObject* item) {
                       return item->kind == PickleKind::kInt;
                     });
}

absl::Status Unexpected(const PickleObject& callable) {
  return absl::DataLossError(absl::StrCat(
      "calls ", Describe(callable), " with other arguments than torch.save"));
}

// OrderedDict(), or OrderedDict([[key, value], ...]) as Python 2 wrote it.
absl::StatusOr<PickleObject*> MakeDict(
    const PickleObject& callable, const std::vector<PickleObject*>& arguments,
    Pickle* pickle) {
  PickleObject* dict = pickle->New(PickleKind::kDict);
  if (arguments.empty()) return dict;
  if (arguments.size() != 1 || !arguments[0]->IsSequence()) {
    return Unexpected(callable);
  }
  // Taken, not copied: else a short pickle could ask for copies without end.
  const std::vector<PickleObject*> pairs = std::move(arguments[0]->items);
  arguments[0]->items.clear();
  for (const PickleObject* pair : pairs) {
    if (!pair->IsSequence() || pair->items.size() != 2) {
      return Unexpected(callable);
    }
    dict->items.insert(dict->items.end(), pair->items.begin(),
                       pair->items.end());
  }
  return dict;
}

// (storage, offset, size, stride, ...)
absl::StatusOr<PickleObject*> MakeTensor(
    const PickleObject& callable, const std::vector<PickleObject*>& arguments,
    Pickle* pickle) {
  if (arguments.size() < 4 || arguments[0]->kind != PickleKind::kStorage ||
      arguments[1]->kind != PickleKind::kInt || !IsIntTuple(*arguments[2]) ||
      !IsIntTuple(*arguments[3]) ||
      arguments[2]->items.size() != arguments[3]->items.size()) {
    return Unexpected(callable);
  }
  PickleObject* tensor = pickle->New(PickleKind::kTensor);
  tensor->items.assign(arguments.begin(), arguments.begin() + 4);
  return tensor;
}

}  // namespace

absl::StatusOr<PickleObject*> PickleCall(const PickleObject& callable,
                                         PickleObject* arguments,
                                         Pickle* pickle) {
  if (callable.kind != PickleKind::kGlobal &&
      callable.kind != PickleKind::kOpaque) {
    return absl::DataLossError(absl::StrCat("calls ", Describe(callable)));
  }
  if (arguments->kind != PickleKind::kTuple) {
    return absl::DataLossError(
        absl::StrCat("calls with ", Describe(*arguments), ", not a tuple"));
  }
  const std::vector<PickleObject*>& items = arguments->items;
  const std::string& name = callable.text;
  if (callable.kind == PickleKind::kGlobal) {
    if (name == "collections OrderedDict") {
      return MakeDict(callable, items, pickle);
    }
    if (name == "torch._utils _rebuild_tensor_v2" ||
        name == "torch._utils _rebuild_tensor") {
      return MakeTensor(callable, items, pickle);
    }
    if (name == "collections defaultdict") {
      return pickle->New(PickleKind::kDict);  // its arguments: a factory
    }
    // A tensor with attributes: (function, type, arguments, attributes).
    if (name == "torch._tensor _rebuild_from_type_v2" && items.size() == 4 &&
        items[0]->kind == PickleKind::kGlobal && items[0]->text != name) {
      return PickleCall(*items[0], items[2], pickle);
    }
    if (name == "torch._utils _rebuild_parameter" ||
        name == "torch._utils _rebuild_parameter_with_state") {
      // (data, requires_grad, hooks, ...)
      if (items.empty()) return Unexpected(callable);
      return items[0];
    }
    if (name == "torch Size") {
      if (items.size() != 1 || !items[0]->IsSequence()) {
        return Unexpected(callable);
      }
      return items[0];
    }
    if (name == "torch device") {
      if (items.empty() || items[0]->kind != PickleKind::kString) {
        return Unexpected(callable);
      }
      return items[0];
    }
    if (name == "builtins set" || name == "__builtin__ set") {
      if (items.size() == 1 && items[0]->IsSequence()) return items[0];
      if (!items.empty()) return Unexpected(callable);
      return pickle->New(PickleKind::kList);
    }
  }
  PickleObject* opaque = pickle->New(PickleKind::kOpaque);
  opaque->text = name;
  return opaque;
}

absl::StatusOr<PickleObject*> PickleStorage(const PickleObject& id,
                                            Pickle* pickle) {
  const std::vector<PickleObject*>& items = id.items;
  if (id.kind != PickleKind::kTuple || items.size() != 5 ||
      items[0]->kind != PickleKind::kString || items[0]->text != "storage" ||
      items[1]->kind != PickleKind::kGlobal ||
      items[2]->kind != PickleKind::kString ||
      items[4]->kind != PickleKind::kInt || items[4]->integer < 0) {
    return absl::DataLossError(
        "refers to something outside that is no torch storage");
  }
  // The key becomes part of a record's name.
  const std::string& key = items[2]->text;
  if (key.empty() ||
      !std::all_of(key.begin(), key.end(), absl::ascii_isdigit)) {
    return absl::DataLossError("has a storage whose key is no number");
  }
  PickleObject* storage = pickle->New(PickleKind::kStorage);
  storage->text = key;
  storage->integer = items[4]->integer;
  storage->items = {items[1]};
  return storage;
}

}  // namespace maskfill
