#include "model_tool/zeroshot/text_lists.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "model_tool/zeroshot/imagenet_class_names.h"
#include "model_tool/zeroshot/openai_templates.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

constexpr absl::string_view kPlace = "{}";

absl::StatusOr<std::vector<std::string>> ParseJson(absl::string_view text,
                                                   const std::string& name) {
  const nlohmann::json list =
      nlohmann::json::parse(text.begin(), text.end(), /*cb=*/nullptr,
                            /*allow_exceptions=*/false);
  std::vector<std::string> entries;
  if (list.is_array()) {
    for (const auto& entry : list) {
      if (!entry.is_string()) break;
      entries.push_back(entry.get<std::string>());
    }
  }
  if (!list.is_array() || entries.size() != list.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        name, ": begins like JSON but is no JSON list of strings"));
  }
  return entries;
}

absl::StatusOr<std::vector<std::string>> Load(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseTextList(text, path);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseTextList(
    absl::string_view text, const std::string& name) {
  std::vector<std::string> entries;
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "[")) {
    ASSIGN_OR_RETURN(entries, ParseJson(text, name));
  } else {
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      entries.emplace_back(absl::StripSuffix(line, "\r"));
    }
    while (!entries.empty() && entries.back().empty()) entries.pop_back();
  }
  if (entries.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": has no entries, expected at least one"));
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    if (absl::StripAsciiWhitespace(entries[i]).empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          name, ": entry ", i + 1, " of ", entries.size(), " is empty"));
    }
  }
  return entries;
}

absl::StatusOr<std::vector<std::string>> LoadClassNames(
    const std::string& value) {
  if (value == "imagenet") return ParseTextList(ImagenetClassNames(), value);
  return Load(value);
}

absl::StatusOr<std::vector<std::string>> LoadTemplates(
    const std::string& value) {
  std::vector<std::string> templates;
  if (value == "openai") {
    ASSIGN_OR_RETURN(templates, ParseTextList(OpenaiTemplates(), value));
  } else {
    ASSIGN_OR_RETURN(templates, Load(value));
  }
  for (const std::string& text : templates) {
    const absl::string_view view = text;
    const size_t first = view.find(kPlace);
    if (first == absl::string_view::npos ||
        view.find(kPlace, first + 1) != absl::string_view::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat(value, ": template \"", text,
                       "\" needs {} once, where the class name goes"));
    }
  }
  return templates;
}

std::string FillTemplate(absl::string_view text, absl::string_view class_name) {
  return absl::StrReplaceAll(text, {{kPlace, class_name}});
}

}  // namespace maskfill
