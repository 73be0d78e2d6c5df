// Lists of paths on a command line, globs among them.
#ifndef MASKFILL_CORE_BASE_GLOB_H_
#define MASKFILL_CORE_BASE_GLOB_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// The paths that `patterns` stand for, in the order of the patterns, those of
// one pattern in natural order ("step-20" before "step-100"). Patterns are the
// shell's: * ? [abc], none of which takes a slash or a name's leading dot. A
// pattern without these, or one that is the name of something, stands for
// itself, whether it exists or not.
//
// NotFound that names a pattern which matches nothing; Unavailable when a
// directory cannot be read.
absl::StatusOr<std::vector<std::string>> ExpandGlobs(
    const std::vector<std::string>& patterns);

// Whether `a` comes before `b` when digits in a row count as one number; of
// equal numbers the shorter comes first.
bool NaturalLess(absl::string_view a, absl::string_view b);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_GLOB_H_
