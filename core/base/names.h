// What is called by a name in flags, manifests and messages: the values of an
// enum, the rows of a table.
#ifndef MASKFILL_CORE_BASE_NAMES_H_
#define MASKFILL_CORE_BASE_NAMES_H_

#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "absl/types/span.h"

namespace maskfill {

// "a, b or c".
inline std::string OneOf(absl::Span<const char* const> names) {
  const size_t last = names.size() - 1;
  return absl::StrCat(absl::StrJoin(names.first(last), ", "),
                      last > 0 ? " or " : "", names[last]);
}

// The value that `text` names, of an enum whose values have `names`, from 0 on.
// InvalidArgument: `error` with `text` as $0, OneOf(names) as $1 and "a, b, c"
// as $2.
template <typename Enum>
absl::StatusOr<Enum> ParseName(absl::Span<const char* const> names,
                               absl::string_view text,
                               absl::string_view error) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (text == names[i]) return static_cast<Enum>(i);
  }
  return absl::InvalidArgumentError(
      absl::Substitute(error, text, OneOf(names), absl::StrJoin(names, ", ")));
}

// The names of a table's rows, each of which has a `name`.
template <typename Rows>
std::vector<std::string> NamesOf(const Rows& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  return names;
}

// Of those rows for which `holds`.
template <typename Rows, typename Row>
std::vector<std::string> NamesThat(const Rows& rows, bool Row::* holds) {
  std::vector<std::string> names;
  for (const Row& row : rows) {
    if (row.*holds) names.emplace_back(row.name);
  }
  return names;
}

// "static (the teacher stays as it is), ema (...)", of `name` and
// `description`.
template <typename Rows>
std::string DescribeRows(const Rows& rows) {
  return absl::StrJoin(rows, ", ", [](std::string* out, const auto& row) {
    absl::StrAppend(out, row.name, " (", row.description, ")");
  });
}

// The row of that name, or null.
template <typename Rows>
auto FindRow(const Rows& rows, absl::string_view name)
    -> decltype(&*std::begin(rows)) {
  for (const auto& row : rows) {
    if (name == row.name) return &row;
  }
  return nullptr;
}

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_NAMES_H_
