#include "core/base/output_file.h"

#include <string>

#include "core/base/files.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(PrepareOutputFile, MakesTheDirectory) {
  const std::string dir = TestDirectory() + "/a/b";
  ASSERT_OK(PrepareOutputFile(dir + "/file"));
  EXPECT_TRUE(IsDirectory(dir));
  EXPECT_OK(PrepareOutputFile("in-the-working-directory"));
}

TEST(PrepareOutputFile, RemovesWhatAKilledProcessLeft) {
  const std::string path = TestDirectory() + "/file";
  // Nothing more is known of the writer than its number, which is too large.
  std::string left = TemporaryPath(path);
  left.replace(left.rfind('-'), std::string::npos, "");
  left.replace(left.rfind('-'), std::string::npos, "-99999999-0");
  ASSERT_OK(WriteFileUnsynced(left, "half"));
  ASSERT_OK(WriteFileUnsynced(path, "whole"));
  ASSERT_OK(PrepareOutputFile(path));
  EXPECT_FALSE(PathExists(left));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds(std::string("whole")));
}

TEST(PrepareOutputFile, RefusesAFileAsDirectory) {
  const std::string path = TestDirectory() + "/file";
  ASSERT_OK(WriteFileUnsynced(path, ""));
  EXPECT_THAT(PrepareOutputFile(path + "/below"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace maskfill
