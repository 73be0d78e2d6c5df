#include "core/base/appended_file.h"

#include <memory>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

TEST(AppendedFile, IsThereAtOnceAndGrows) {
  const std::string path = JoinPath(TestDirectory(), "log");
  ASSERT_OK_AND_ASSIGN(const auto file, AppendedFile::Open(path));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds(""));
  ASSERT_OK(file->Append("one\n"));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds("one\n"));
  ASSERT_OK(file->Append("two\n"));
  ASSERT_OK(file->Sync());
  EXPECT_THAT(ReadFile(path), IsOkAndHolds("one\ntwo\n"));
}

TEST(AppendedFile, KeepsWhatIsThere) {
  const std::string path = JoinPath(TestDirectory(), "log");
  ASSERT_OK(WriteFileUnsynced(path, "one\n"));
  ASSERT_OK_AND_ASSIGN(const auto file, AppendedFile::Open(path));
  ASSERT_OK(file->Append("two\n"));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds("one\ntwo\n"));
}

TEST(AppendedFile, SaysWhatIsMissing) {
  EXPECT_THAT(AppendedFile::Open(JoinPath(TestDirectory(), "no/log")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no/log")));
}

// /dev/full takes no byte.
TEST(AppendedFile, IsResourceExhaustedWhenTheDiskIsFull) {
  ASSERT_OK_AND_ASSIGN(const auto file, AppendedFile::Open("/dev/full"));
  EXPECT_THAT(file->Append("x"), StatusIs(absl::StatusCode::kResourceExhausted,
                                          HasSubstr("free some space")));
}

}  // namespace
}  // namespace maskfill
