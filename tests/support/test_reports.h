// Reports of eval, for tests.
#ifndef MASKFILL_TESTS_SUPPORT_TEST_REPORTS_H_
#define MASKFILL_TESTS_SUPPORT_TEST_REPORTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "tests/support/status_matchers.h"

namespace maskfill {

// `top1` by set, in percent; a set's fingerprint is its name unless it says
// otherwise after a colon. Returns the path, `dir`/`name`.json.
inline std::string WriteReport(
    const std::string& dir, const std::string& name,
    const std::vector<std::pair<std::string, double>>& top1) {
  std::vector<std::string> sets;
  for (const auto& [set, value] : top1) {
    const size_t colon = set.find(':');
    sets.push_back(absl::StrCat(
        "{\"name\":\"", set.substr(0, colon), "\",\"top1\":", value,
        ",\"fingerprint\":\"",
        colon == std::string::npos ? set : set.substr(colon + 1), "\"}"));
  }
  const std::string path = JoinPath(dir, name + ".json");
  EXPECT_OK(
      WriteFileAtomically(path, absl::StrCat("{\"schema_version\":1,\"sets\":[",
                                             absl::StrJoin(sets, ","), "]}")));
  return path;
}

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TEST_REPORTS_H_
