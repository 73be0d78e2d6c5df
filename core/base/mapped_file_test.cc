#include "core/base/mapped_file.h"

#include <sys/stat.h>

#include <fstream>
#include <string>

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

TEST(MappedFile, HoldsAFilesBytes) {
  const std::string path = TestDirectory() + "/f";
  ASSERT_OK(WriteFileAtomically(path, "abc"));
  ASSERT_OK_AND_ASSIGN(const auto file, MappedFile::Open(path));
  EXPECT_EQ(file->bytes(), "abc");
  file->DropPages();
  EXPECT_EQ(file->bytes(), "abc");
  ASSERT_OK(WriteFileAtomically(path, ""));
  ASSERT_OK_AND_ASSIGN(const auto empty, MappedFile::Open(path));
  EXPECT_EQ(empty->bytes(), "");
  // The first one is another file now, and the same bytes as before.
  EXPECT_EQ(file->bytes(), "abc");
  EXPECT_OK(file->CheckUnchanged());
}

TEST(MappedFile, NoticesThatItsFileWasWrittenTo) {
  const std::string path = TestDirectory() + "/f";
  ASSERT_OK(WriteFileAtomically(path, "abc"));
  ASSERT_OK_AND_ASSIGN(const auto file, MappedFile::Open(path));
  std::ofstream(path, std::ios::app) << "d";
  EXPECT_THAT(file->CheckUnchanged(), StatusIs(absl::StatusCode::kDataLoss,
                                               HasSubstr("was written to")));
}

TEST(MappedFile, RefusesWhatIsNoFile) {
  const std::string dir = TestDirectory();
  EXPECT_THAT(MappedFile::Open(dir + "/absent"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(MappedFile::Open(dir),
              StatusIs(absl::StatusCode::kInvalidArgument));
  // Nobody writes into it: opening must not wait.
  ASSERT_EQ(mkfifo((dir + "/pipe").c_str(), 0600), 0);
  EXPECT_THAT(
      MappedFile::Open(dir + "/pipe"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("special")));
}

}  // namespace
}  // namespace maskfill
