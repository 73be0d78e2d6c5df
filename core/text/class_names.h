// The names of the classes that a head tells apart.
#ifndef MASKFILL_CORE_TEXT_CLASS_NAMES_H_
#define MASKFILL_CORE_TEXT_CLASS_NAMES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// `value` is "imagenet" (the 1000 names published with CLIP, in the order of
// the sorted wnids) or the path of a list in label order: one name a line, a
// JSON list of names, or a JSON object from index to name ({"0": "tench"}; to
// wnid and name, {"0": ["n01440764", "tench"]}, as Keras has it). NotFound when
// there is no such file; InvalidArgument naming file and line when it is
// something else (ParseLines, CheckTexts), counts its lines or has wnids before
// the names. What may not be meant is logged as a warning.
absl::StatusOr<std::vector<std::string>> LoadClassNames(
    const std::string& value);

// The same, of the file's text. `name`: of the file, for messages.
absl::StatusOr<std::vector<std::string>> ParseClassNames(
    absl::string_view text, const std::string& name);

// Says of what EqualNames() returns what it is.
inline constexpr char kEqualNames[] =
    "equal class names, which no image can be told apart by: ";
// Which names are the same words for CLIP (CleanText), and in which rows, as
// "\"crane\" in rows 134 and 517"; empty when all differ.
std::string EqualNames(const std::vector<std::string>& names);

// SHA-256 hex over all of them in their order.
std::string ClassNamesFingerprint(const std::vector<std::string>& names);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_CLASS_NAMES_H_
