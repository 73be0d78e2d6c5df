// What a flag is beyond what gflags knows of it: whether it is required, what
// lies at its path, its legal values. --help tells it, generators of job
// descriptions go by it.
#ifndef MASKFILL_CORE_BASE_FLAG_FACTS_H_
#define MASKFILL_CORE_BASE_FLAG_FACTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace maskfill {

// What lies at the path that is a flag's value.
enum class FlagPath {
  kNone,  // the value is no path
  kInputFile,
  kInputDirectory,
  kInput,  // a file or a directory
  kOutputFile,
  kOutputDirectory,
  kOutput,  // a file or a directory
};

// "input file"; of kNone "".
absl::string_view ToString(FlagPath path);

struct FlagFacts {
  FlagPath path = FlagPath::kNone;
  bool list = false;  // several paths or values, comma separated
  // No run without it ...
  bool required = false;
  // ... unless one of these flags is given.
  std::vector<std::string> unless = {};
  // The legal ones, where they can be counted; of a path those that are no
  // path. That they are all is tested in tests/e2e/help_test.cc.
  std::vector<std::string> values = {};
};

// At namespace scope of a *_flags.cc, below its DEFINEs:
//
//   const FlagFactsTable kFacts({
//       {"checkpoint", {.path = FlagPath::kInputDirectory, .required = true}},
//       {"dtype", {.values = {"float32", "float16"}}},
//   });
//
// Of a flag that several programs share, one table says what holds for all and
// a program's own what holds for it.
class FlagFactsTable {
 public:
  explicit FlagFactsTable(
      const std::vector<std::pair<std::string, FlagFacts>>& facts);
};

// `text` for a DEFINE, which keeps the pointer: a --help that a table makes.
const char* FlagHelp(absl::string_view text);

// All that tables say of the flag of that name; of one in no table nothing.
// Only after main() has begun.
FlagFacts FactsOf(const std::string& flag);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_FLAG_FACTS_H_
