#include "core/text/class_names.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "core/text/imagenet_class_names.h"
#include "core/text/text_checks.h"
#include "core/text/text_cleaning.h"
#include "core/text/text_lists.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"
#include "re2/re2.h"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

// A name, or Keras' pair of wnid and name; else null.
const std::string* NameIn(const Json& value) {
  static const RE2* const wnid = new RE2(R"(n\d{8})");
  if (value.is_string()) return &value.get_ref<const std::string&>();
  if (!value.is_array() || value.size() != 2 || !value[0].is_string() ||
      !value[1].is_string() ||
      !RE2::FullMatch(value[0].get_ref<const std::string&>(), *wnid)) {
    return nullptr;
  }
  return &value[1].get_ref<const std::string&>();
}

// The list that an object from index to name stands for.
absl::StatusOr<Json> ListOfObject(const Json& object, const std::string& name) {
  std::vector<const std::string*> names(object.size(), nullptr);
  for (const auto& [key, value] : object.items()) {
    const std::string* const found = NameIn(value);
    size_t index = 0;
    // "00" and "+0" are no index: each has one spelling.
    if (found == nullptr || !absl::SimpleAtoi(key, &index) ||
        index >= names.size() || absl::StrCat(index) != key) {
      return absl::InvalidArgumentError(absl::StrCat(
          name, ": is a JSON object with \"", Abbreviated(key), "\": a ",
          value.type_name(),
          ", expected a list of names in label order, or an object from every "
          "index 0 to ",
          object.size() - 1, " to its name, such as {\"0\": \"tench\"}"));
    }
    names[index] = found;
  }
  Json list = Json::array();
  for (const std::string* const found : names) list.push_back(*found);
  return list;
}

// Whether all names match `pattern`, and there are several.
bool AllMatch(const std::vector<TextEntry>& entries, const RE2& pattern) {
  return entries.size() > 1 &&
         std::all_of(entries.begin(), entries.end(), [&](const auto& entry) {
           return RE2::PartialMatch(entry.text, pattern);
         });
}

// Lines of a table, whose first column is the label or the wnid.
absl::Status CheckNoColumns(const std::vector<TextEntry>& entries) {
  static const RE2* const wnid = new RE2(R"(^n\d{8}[\s,:;]+\S)");
  static const RE2* const number = new RE2(R"(^(\d+)(?:\.?\s+|\s*[,:;]\s*)\S)");
  if (AllMatch(entries, *wnid)) {
    return absl::InvalidArgumentError(
        absl::StrCat(entries[0].where, ": \"", entries[0].text,
                     "\" begins with a wnid, as all do; expected names alone"));
  }
  if (!AllMatch(entries, *number)) return absl::OkStatus();
  bool counted = true;
  int64_t first = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    int64_t value = -1;
    counted = counted && RE2::PartialMatch(entries[i].text, *number, &value);
    if (i == 0) first = value;
    counted = counted && value == first + static_cast<int64_t>(i);
  }
  if (!counted || first > 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(entries[0].where, ": \"", entries[0].text,
                   "\" begins with its number, as all do; expected names "
                   "alone"));
}

absl::Status CheckNames(const std::vector<TextEntry>& entries) {
  RETURN_IF_ERROR(CheckNoColumns(entries));
  for (const TextEntry& entry : entries) {
    if (entry.text.find("{}") == std::string::npos &&
        entry.text.find("{c}") == std::string::npos) {
      continue;
    }
    return absl::InvalidArgumentError(
        absl::StrCat(entry.where, ": \"", entry.text,
                     "\" is a template, expected a class name; templates go "
                     "into --templates"));
  }
  return absl::OkStatus();
}

void Warn(const std::vector<TextEntry>& entries) {
  static const RE2* const key = new RE2(R"(^(n\d{8}$|\d+[\s._,:;-]+\S))");
  for (const std::string& suspicion : Suspicions(entries)) {
    LOG(WARNING) << suspicion;
  }
  if (AllMatch(entries, *key)) {
    LOG(WARNING)
        << entries[0].where << ": \"" << entries[0].text
        << "\" begins with a number or is a wnid, as all do: are these "
           "names?";
  }
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseClassNames(
    absl::string_view text, const std::string& name) {
  const bool is_json = BeginsLikeJson(text);
  std::vector<TextEntry> entries;
  if (is_json) {
    ASSIGN_OR_RETURN(Json json, ParseJson(text, name));
    if (json.is_object()) {
      ASSIGN_OR_RETURN(json, ListOfObject(json, name));
    }
    ASSIGN_OR_RETURN(entries, JsonTexts(json, name));
  } else {
    ASSIGN_OR_RETURN(entries, ParseLines(text, name));
  }
  RETURN_IF_ERROR(
      CheckTexts(entries, is_json ? TextKind::kListed : TextKind::kLine, name));
  RETURN_IF_ERROR(CheckNames(entries));
  Warn(entries);
  std::vector<std::string> names;
  for (TextEntry& entry : entries) names.push_back(std::move(entry.text));
  return names;
}

absl::StatusOr<std::vector<std::string>> LoadClassNames(
    const std::string& value) {
  if (value == "imagenet") return ParseClassNames(ImagenetClassNames(), value);
  ASSIGN_OR_RETURN(const std::string text, ReadFile(value));
  return ParseClassNames(text, value);
}

std::string EqualNames(const std::vector<std::string>& names) {
  std::map<std::string, std::vector<size_t>> rows;
  for (size_t row = 0; row < names.size(); ++row) {
    const absl::StatusOr<std::string> words = CleanText(names[row]);
    rows[words.ok() ? *words : names[row]].push_back(row);
  }
  std::vector<std::string> equal;
  for (const auto& [words, same] : rows) {
    if (same.size() < 2) continue;
    equal.push_back(
        absl::StrCat("\"", words, "\" in rows ", absl::StrJoin(same, " and ")));
  }
  return absl::StrJoin(equal, "; ");
}

std::string ClassNamesFingerprint(const std::vector<std::string>& names) {
  Sha256 sha;
  for (const std::string& name : names) sha.UpdateField(name);
  return sha.HexDigest();
}

}  // namespace maskfill
