#include "core/metrics/class_agreement.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "core/text/text_cleaning.h"
#include "re2/re2.h"

namespace maskfill {
namespace {

// What is left of a name when everything is gone that makes no difference.
std::string Plain(absl::string_view name) {
  static const RE2* const number = new RE2(R"((?:n\d{8}|\d+)[\s._-]+)");
  const absl::StatusOr<std::string> cleaned =
      CleanText(absl::StrReplaceAll(name, {{"_", " "}, {"-", " "}}));
  // A folder's name need not be UTF-8.
  std::string plain = cleaned.ok() ? *cleaned : std::string(name);
  re2::StringPiece rest(plain);
  if (RE2::Consume(&rest, *number) && !rest.empty()) plain = rest.ToString();
  const size_t note = plain.find_first_of(",(");
  if (note != std::string::npos && note > 0) plain.resize(note);
  return absl::StrReplaceAll(plain, {{" ", ""}});
}

template <typename Names>
std::vector<std::string> AllPlain(const Names& names) {
  std::vector<std::string> plain;
  for (const std::string& name : names) plain.push_back(Plain(name));
  return plain;
}

// A wnid, a number, "class_7": what says nothing by itself.
bool IsCode(const std::string& plain) {
  return std::any_of(plain.begin(), plain.end(), absl::ascii_isdigit);
}

absl::Status Difference(const char* what, size_t row, const std::string& found,
                        const std::string& expected) {
  return absl::FailedPreconditionError(
      absl::StrCat("its head is for ", what, ": row ", row, " is \"", found,
                   "\", but class ", row, " of the images is \"", expected,
                   "\"; build the head from the images' classes in their order "
                   "(build_zeroshot --class_names)"));
}

}  // namespace

absl::Status CheckClassNames(const std::vector<std::string>& rows,
                             const v1::DatasetInfo& dataset) {
  const bool has_names = dataset.class_names_size() > 0;
  const auto& classes =
      has_names ? dataset.class_names() : dataset.class_keys();
  if (rows.empty() || classes.empty()) return absl::OkStatus();
  const std::vector<std::string> names = AllPlain(rows);
  const std::vector<std::string> expected = AllPlain(classes);
  const size_t count = std::min(names.size(), expected.size());
  std::map<std::string, size_t> class_of;
  for (size_t i = 0; i < count; ++i) class_of.emplace(expected[i], i);
  size_t equal = 0;
  std::optional<size_t> first;  // difference that may count
  for (size_t row = 0; row < count; ++row) {
    const auto other = class_of.find(names[row]);
    if (names[row] == expected[row]) {
      ++equal;
    } else if (other != class_of.end() && names[other->second] != names[row]) {
      // Not merely a second cardigan, the dog, beside the garment's row.
      return Difference("these classes in another order", row, rows[row],
                        classes[static_cast<int>(row)]);
    } else if (!first.has_value() && (has_names || !IsCode(expected[row]))) {
      first = row;
    }
  }
  const bool synonyms = has_names && 2 * equal >= count;
  if (!first.has_value() || synonyms) return absl::OkStatus();
  return Difference("other classes", *first, rows[*first],
                    classes[static_cast<int>(*first)]);
}

}  // namespace maskfill
