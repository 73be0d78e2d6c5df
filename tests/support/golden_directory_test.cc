#include "tests/support/golden_directory.h"

#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

constexpr char kVariable[] = "MASKFILL_GOLDEN_DIR";

TEST(GoldenDirectory, IsTheRepositorysWhereNoneIsNamed) {
  unsetenv(kVariable);
  EXPECT_THAT(GoldenDirectory(), IsOkAndHolds(std::string(kOwnGoldens)));
  setenv(kVariable, "", 1);
  EXPECT_THAT(GoldenDirectory(), IsOkAndHolds(std::string(kOwnGoldens)));
  EXPECT_TRUE(PathExists(JoinPath(kOwnGoldens, "vision.safetensors")));
}

TEST(GoldenDirectory, IsTheOneThatIsNamed) {
  const std::string dir = TestDirectory();
  setenv(kVariable, dir.c_str(), 1);
  EXPECT_THAT(GoldenDirectory(), IsOkAndHolds(dir));
}

TEST(GoldenDirectory, NamesADirectoryThatIsNotThere) {
  const std::string dir = JoinPath(TestDirectory(), "absent");
  setenv(kVariable, dir.c_str(), 1);
  EXPECT_THAT(GoldenDirectory(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(dir)));
}

}  // namespace
}  // namespace maskfill
