#include "core/text/prompts.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "core/text/openai_templates.h"
#include "core/text/text_checks.h"
#include "core/text/text_lists.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

constexpr absl::string_view kPlace = "{}";
constexpr absl::string_view kOpenClipPlace = "{c}";

bool HasPlace(absl::string_view text) {
  return absl::StrContains(text, kPlace) ||
         absl::StrContains(text, kOpenClipPlace);
}

void Warn(const std::vector<TextEntry>& entries) {
  for (const std::string& suspicion : Suspicions(entries)) {
    LOG(WARNING) << suspicion;
  }
}

// With {} once and no other brace.
absl::StatusOr<std::string> ToTemplate(const TextEntry& entry) {
  std::string text =
      absl::StrReplaceAll(entry.text, {{kOpenClipPlace, kPlace}});
  const size_t place = absl::string_view(text).find(kPlace);
  std::string rest = text;
  if (place != absl::string_view::npos) rest.erase(place, kPlace.size());
  if (place != absl::string_view::npos &&
      rest.find_first_of("{}") == std::string::npos) {
    return text;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      entry.where, ": template \"", Abbreviated(entry.text),
      "\" needs {} (or {c}) once, where the class name goes, and no other "
      "braces; %s, {0} and {label} are not read"));
}

absl::StatusOr<Prompts> ToTemplates(const std::vector<TextEntry>& entries,
                                    TextKind kind, const std::string& name) {
  RETURN_IF_ERROR(CheckTexts(entries, kind, name));
  Prompts prompts;
  for (const TextEntry& entry : entries) {
    ASSIGN_OR_RETURN(std::string text, ToTemplate(entry));
    prompts.templates.push_back(std::move(text));
  }
  Warn(entries);
  return prompts;
}

// As in a file of templates by data set.
bool HasTemplates(const Json& object) {
  for (const Json& value : object) {
    if (value.is_array() && !value.empty() && value[0].is_string() &&
        HasPlace(value[0].get_ref<const std::string&>())) {
      return true;
    }
  }
  return false;
}

absl::Status NoPrompts(const Json& object, const std::string& class_name,
                       const std::string& name) {
  return absl::InvalidArgumentError(absl::StrCat(
      name, ": has no prompts for the class \"", Abbreviated(class_name),
      "\", expected {\"", Abbreviated(class_name),
      "\": [\"...\"], ...} with every one of --class_names",
      HasTemplates(object)
          ? "; if these are templates by data set, give a list of those of one"
          : ""));
}

// Each class's own.
absl::StatusOr<Prompts> ToPromptsOfClasses(
    const Json& object, const std::string& name,
    const std::vector<std::string>& class_names) {
  Prompts prompts;
  std::vector<TextEntry> all;
  for (const std::string& class_name : class_names) {
    const auto found = object.find(class_name);
    if (found == object.end()) return NoPrompts(object, class_name, name);
    const std::string where =
        absl::StrCat(name, ": class \"", Abbreviated(class_name), "\"");
    ASSIGN_OR_RETURN(const std::vector<TextEntry> entries,
                     JsonTexts(*found, where));
    RETURN_IF_ERROR(CheckTexts(entries, TextKind::kPrompt, where));
    std::vector<std::string>& texts = prompts.of_class[class_name];
    if (!texts.empty()) continue;  // an equal name
    for (const TextEntry& entry : entries) {
      if (HasPlace(entry.text)) {
        return absl::InvalidArgumentError(absl::StrCat(
            entry.where, ": \"", Abbreviated(entry.text),
            "\" is a template, expected a whole prompt of this class"));
      }
      texts.push_back(entry.text);
    }
    all.insert(all.end(), entries.begin(), entries.end());
  }
  Warn(all);
  return prompts;
}

}  // namespace

std::vector<std::string> Prompts::For(const std::string& class_name) const {
  if (!of_class.empty()) return of_class.at(class_name);
  std::vector<std::string> filled;
  for (const std::string& text : templates) {
    filled.push_back(absl::StrReplaceAll(text, {{kPlace, class_name}}));
  }
  return filled;
}

std::string Prompts::Fingerprint() const {
  Sha256 sha;
  for (const std::string& text : templates) sha.UpdateField(text);
  for (const auto& [class_name, texts] : of_class) {
    sha.UpdateField(class_name);
    sha.UpdateField(absl::StrCat(texts.size()));
    for (const std::string& text : texts) sha.UpdateField(text);
  }
  return sha.HexDigest();
}

absl::StatusOr<Prompts> ParsePrompts(
    absl::string_view text, const std::string& name,
    const std::vector<std::string>& class_names) {
  if (!BeginsLikeJson(text)) {
    ASSIGN_OR_RETURN(const std::vector<TextEntry> entries,
                     ParseLines(text, name));
    return ToTemplates(entries, TextKind::kLine, name);
  }
  ASSIGN_OR_RETURN(const Json json, ParseJson(text, name));
  if (json.is_object()) return ToPromptsOfClasses(json, name, class_names);
  ASSIGN_OR_RETURN(const std::vector<TextEntry> entries, JsonTexts(json, name));
  return ToTemplates(entries, TextKind::kListed, name);
}

absl::StatusOr<Prompts> LoadPrompts(
    const std::string& value, const std::vector<std::string>& class_names) {
  if (value == "openai") {
    return ParsePrompts(OpenaiTemplates(), value, class_names);
  }
  ASSIGN_OR_RETURN(const std::string text, ReadFile(value));
  return ParsePrompts(text, value, class_names);
}

}  // namespace maskfill
