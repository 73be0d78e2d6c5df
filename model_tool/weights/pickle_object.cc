#include "model_tool/weights/pickle_object.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace maskfill {

const PickleObject* PickleObject::Find(absl::string_view key) const {
  if (kind != PickleKind::kDict) return nullptr;
  const PickleObject* found = nullptr;
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i]->kind == PickleKind::kString && items[i]->text == key) {
      found = items[i + 1];
    }
  }
  return found;
}

std::string Describe(const PickleObject& object) {
  switch (object.kind) {
    case PickleKind::kNone:
      return "None";
    case PickleKind::kBool:
      return "a bool";
    case PickleKind::kInt:
      return "an integer";
    case PickleKind::kDouble:
      return "a float";
    case PickleKind::kString:
      return "a string";
    case PickleKind::kBytes:
      return "bytes";
    case PickleKind::kTuple:
      return "a tuple";
    case PickleKind::kList:
      return "a list";
    case PickleKind::kDict:
      return "a dict";
    case PickleKind::kGlobal:
      return absl::StrCat("the Python name ",
                          absl::StrReplaceAll(object.text, {{" ", "."}}));
    case PickleKind::kStorage:
      return "a torch storage";
    case PickleKind::kTensor:
      return "a torch tensor";
    case PickleKind::kOpaque:
      return absl::StrCat("an object of ",
                          absl::StrReplaceAll(object.text, {{" ", "."}}));
  }
  return "an unknown object";
}

}  // namespace maskfill
