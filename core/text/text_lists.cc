#include "core/text/text_lists.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/foreign_json.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "nlohmann/json.hpp"
#include "re2/re2.h"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

size_t LineOf(absl::string_view text, size_t offset) {
  const absl::string_view before = text.substr(0, offset);
  return 1 + std::count(before.begin(), before.end(), '\n');
}

// `text` with "\n" as its line ends and without its byte order mark.
absl::StatusOr<std::string> Decode(absl::string_view text,
                                   const std::string& name) {
  if (absl::StartsWith(text, "\xff\xfe") ||
      absl::StartsWith(text, "\xfe\xff") ||
      // ASCII in two bytes each, of either order, without a mark.
      (text.size() >= 4 && ((text[0] == '\0') != (text[1] == '\0')) &&
       ((text[2] == '\0') != (text[3] == '\0')))) {
    return absl::InvalidArgumentError(
        absl::StrCat(name,
                     ": line 1: is not UTF-8 but UTF-16; convert it, for "
                     "example with iconv -f UTF-16 -t UTF-8"));
  }
  const std::string lines = absl::StrReplaceAll(
      absl::StripPrefix(text, kByteOrderMark), {{"\r\n", "\n"}, {"\r", "\n"}});
  const size_t bad = FindInvalidUtf8(lines);
  if (bad == std::string::npos) return lines;
  const size_t begin = bad == 0 ? 0 : lines.rfind('\n', bad - 1) + 1;
  const absl::string_view line =
      absl::string_view(lines).substr(begin, lines.find('\n', bad) - begin);
  return absl::InvalidArgumentError(absl::StrCat(
      name, ": line ", LineOf(lines, bad), ": is not UTF-8 at its byte ",
      bad - begin, ": \"", absl::CHexEscape(Abbreviated(line)),
      "\"; convert the file, for example with iconv -f LATIN1 -t UTF-8"));
}

}  // namespace

absl::StatusOr<std::vector<TextEntry>> ParseLines(absl::string_view text,
                                                  const std::string& name) {
  ASSIGN_OR_RETURN(const std::string decoded, Decode(text, name));
  std::vector<TextEntry> entries;
  for (absl::string_view line : absl::StrSplit(decoded, '\n')) {
    entries.push_back({std::string(absl::StripAsciiWhitespace(line)),
                       absl::StrCat(name, ": line ", entries.size() + 1)});
  }
  while (!entries.empty() && entries.back().text.empty()) entries.pop_back();
  return entries;
}

bool BeginsLikeJson(absl::string_view text) {
  // A number must be a key of Python's: "{0} of clay" is a template.
  static const RE2* const json = new RE2(R"(\s*(\[|\{\s*(["']|\d+\s*:)))");
  absl::ConsumePrefix(&text, kByteOrderMark);
  re2::StringPiece rest(text.data(), text.size());
  return RE2::Consume(&rest, *json);
}

absl::StatusOr<Json> ParseJson(absl::string_view text,
                               const std::string& name) {
  ASSIGN_OR_RETURN(const std::string decoded, Decode(text, name));
  if (NestsTooDeep(decoded)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": is JSON with more than ", kMaxJsonDepth,
                     " lists in one another, expected texts"));
  }
  std::vector<std::set<std::string>> keys;  // of the open objects
  std::string repeated;
  const auto watch = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key &&
        !keys.back().insert(value.get<std::string>()).second) {
      repeated = value.get<std::string>();
    }
    return true;
  };
  try {
    Json json = Json::parse(decoded, watch);
    if (repeated.empty()) return json;
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": has the key \"", Abbreviated(repeated),
                     "\" twice, expected it once"));
  } catch (const Json::parse_error& error) {
    const size_t offset = error.byte > 0 ? error.byte - 1 : 0;
    const size_t begin = decoded.rfind('\n', offset == 0 ? 0 : offset - 1) + 1;
    return absl::InvalidArgumentError(absl::StrCat(
        name, ": line ", LineOf(decoded, offset),
        ": begins like JSON and is none at its byte ", offset - begin,
        "; expected a list [\"...\", ...] with double quotes, as Python's "
        "json.dump writes it and repr() does not, or one text a line"));
  } catch (const Json::exception& error) {  // a number beyond all
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": is no JSON of texts: ", error.what()));
  }
}

absl::StatusOr<std::vector<TextEntry>> JsonTexts(const Json& list,
                                                 const std::string& name) {
  if (!list.is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": is a JSON ", list.type_name(),
                     ", expected a list of strings"));
  }
  std::vector<TextEntry> entries;
  for (const Json& entry : list) {
    std::string where = absl::StrCat(name, ": entry ", entries.size() + 1);
    if (!entry.is_string()) {
      return absl::InvalidArgumentError(absl::StrCat(
          where, ": is a JSON ", entry.type_name(), ", expected a string"));
    }
    entries.push_back(
        {std::string(absl::StripAsciiWhitespace(entry.get<std::string>())),
         std::move(where)});
  }
  return entries;
}

}  // namespace maskfill
