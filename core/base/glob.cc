#include "core/base/glob.h"

#include <glob.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

// How many characters of `text` from `begin` on are digits.
size_t DigitsAt(absl::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && absl::ascii_isdigit(text[end])) ++end;
  return end - begin;
}

absl::string_view WithoutZeros(absl::string_view digits) {
  while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
  return digits;
}

absl::StatusOr<std::vector<std::string>> Expand(const std::string& pattern) {
  if (pattern.find_first_of("*?[") == std::string::npos ||
      PathExists(pattern)) {
    return std::vector<std::string>{pattern};
  }
  glob_t found = {};
  const int error = glob(pattern.c_str(), GLOB_ERR, nullptr, &found);
  const int reason = errno;
  std::vector<std::string> paths(found.gl_pathv,
                                 found.gl_pathv + found.gl_pathc);
  globfree(&found);
  if (error == GLOB_NOMATCH) {
    return absl::NotFoundError(
        absl::StrCat("\"", pattern,
                     "\" matches nothing; expected a path, or a pattern "
                     "with *, ? or [abc] that fits one or more"));
  }
  if (error != 0) return ErrnoStatus(reason, "search for", pattern);
  std::sort(paths.begin(), paths.end(), NaturalLess);
  return paths;
}

}  // namespace

bool NaturalLess(absl::string_view a, absl::string_view b) {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const size_t a_digits = DigitsAt(a, i), b_digits = DigitsAt(b, j);
    if (a_digits == 0 || b_digits == 0) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
      continue;
    }
    const absl::string_view number = WithoutZeros(a.substr(i, a_digits));
    const absl::string_view other = WithoutZeros(b.substr(j, b_digits));
    if (number.size() != other.size()) return number.size() < other.size();
    if (number != other) return number < other;
    if (a_digits != b_digits) return a_digits < b_digits;
    i += a_digits;
    j += b_digits;
  }
  return a.size() - i < b.size() - j;
}

absl::StatusOr<std::vector<std::string>> ExpandGlobs(
    const std::vector<std::string>& patterns) {
  std::vector<std::string> paths;
  for (const std::string& pattern : patterns) {
    ASSIGN_OR_RETURN(const std::vector<std::string> matches, Expand(pattern));
    paths.insert(paths.end(), matches.begin(), matches.end());
  }
  return paths;
}

}  // namespace maskfill
