#include "core/base/build_facts.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

const BuildFact kLibrary("libother", "1.2");

// Tests are not stamped: a commit makes none of them stale.
TEST(BuildText, HasVersionCommitCompilerAndLibraries) {
  EXPECT_THAT(BuildText(),
              testing::MatchesRegex(absl::StrCat(
                  kToolVersion,
                  ", commit not stamped, (GCC|Clang) .*, libother 1\\.2")));
}

}  // namespace
}  // namespace maskfill
