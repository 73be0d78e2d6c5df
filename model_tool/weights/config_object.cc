#include "model_tool/weights/config_object.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

using Json = nlohmann::json;

const Json& Null() {
  static const Json* null = new Json();
  return *null;
}

const Json& EmptyObject() {
  static const Json* empty = new Json(Json::object());
  return *empty;
}

bool HasType(const Json& value, ConfigMember::Type type) {
  switch (type) {
    case ConfigMember::kInteger:
      return value.is_number_integer();
    case ConfigMember::kNumber:
      return value.is_number();
    case ConfigMember::kText:
      return value.is_string();
    case ConfigMember::kTriple:
      return value.is_array() && value.size() == 3 &&
             std::all_of(value.begin(), value.end(),
                         [](const Json& item) { return item.is_number(); });
    case ConfigMember::kAny:
      return true;
  }
  return false;
}

const char* TypeName(ConfigMember::Type type) {
  constexpr const char* kNames[] = {"a whole number", "a number", "a text",
                                    "a list of three numbers", "anything"};
  return kNames[type];
}

bool SwitchesNothingOn(const Json& value) {
  return value.is_null() || value == false || value == 0 || value == "none" ||
         value == "" ||
         ((value.is_object() || value.is_array()) && value.empty());
}

}  // namespace

const Json& ConfigObject::Get(absl::string_view key) const {
  const auto found = object_.find(std::string(key));
  return found == object_.end() ? Null() : *found;
}

bool ConfigObject::Has(absl::string_view key) const {
  return !Get(key).is_null();
}

absl::StatusOr<ConfigObject> ConfigObject::Object(absl::string_view key) const {
  const Json& value = Has(key) ? Get(key) : EmptyObject();
  if (!value.is_object()) return Unsupported(key, "an object");
  return ConfigObject(value, absl::StrCat(name_, ": ", key));
}

absl::Status ConfigObject::AddClaims(absl::Span<const ConfigMember> members,
                                     ModelClaims* claims) const {
  for (const ConfigMember& member : members) {
    const Json& value = Get(member.key);
    if (value.is_null()) continue;
    if (!HasType(value, member.type)) {
      return Unsupported(member.key, TypeName(member.type));
    }
    if (!member.setting.empty()) {
      claims->Add(std::string(member.setting), value, name_);
    }
  }
  return absl::OkStatus();
}

absl::Status ConfigObject::RefuseOthers(
    absl::Span<const ConfigMember> known) const {
  for (const auto& [key, value] : object_.items()) {
    const bool is_known = std::any_of(
        known.begin(), known.end(),
        [&key = key](const ConfigMember& member) { return member.key == key; });
    if (!is_known && !SwitchesNothingOn(value)) {
      return Unsupported(key, "a model without it, or null");
    }
  }
  return absl::OkStatus();
}

absl::Status ConfigObject::CheckOneOf(absl::string_view key,
                                      const std::vector<Json>& allowed,
                                      absl::string_view expected) const {
  if (!Has(key) ||
      std::find(allowed.begin(), allowed.end(), Get(key)) != allowed.end()) {
    return absl::OkStatus();
  }
  return Unsupported(key, expected);
}

absl::Status ConfigObject::Unsupported(absl::string_view key,
                                       absl::string_view expected) const {
  std::string found = Get(key).dump();
  if (found.size() > 100) found = absl::StrCat(found.substr(0, 100), "...");
  return absl::DataLossError(absl::StrCat(name_, ": \"", key, "\" is ", found,
                                          "; supported is ", expected));
}

}  // namespace maskfill
