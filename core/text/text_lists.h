// Texts, as files list them.
#ifndef MASKFILL_CORE_TEXT_TEXT_LISTS_H_
#define MASKFILL_CORE_TEXT_TEXT_LISTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json_fwd.hpp"

namespace maskfill {

// One text of a list, without white space around it.
struct TextEntry {
  std::string text;
  std::string where;  // for messages: "names.txt: line 3"
};

// The lines of `text`: a byte order mark does not count, every kind of line end
// is one, empty lines at the end are none. InvalidArgument, starting with
// `name` and the line, when it is not UTF-8.
absl::StatusOr<std::vector<TextEntry>> ParseLines(absl::string_view text,
                                                  const std::string& name);

// Whether `text` is meant as JSON, or is what Python prints of a list or dict:
// it begins with "[", or with "{" and a key ("{} on stripes" is a template).
bool BeginsLikeJson(absl::string_view text);

// InvalidArgument, starting with `name` and the line, when `text` is not UTF-8
// or no JSON, or an object in it has a key twice.
absl::StatusOr<nlohmann::ordered_json> ParseJson(absl::string_view text,
                                                 const std::string& name);

// The texts of a JSON list of strings. InvalidArgument naming the first entry
// that is none. `name`: for messages.
absl::StatusOr<std::vector<TextEntry>> JsonTexts(
    const nlohmann::ordered_json& list, const std::string& name);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_TEXT_LISTS_H_
