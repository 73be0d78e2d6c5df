#include "core/work/directory.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/work/ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<std::string>& Names() {
  static const auto* names =
      new std::vector<std::string>{"config.json", "model.safetensors"};
  return *names;
}

class DirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    run_.output = dir_ + "/models/a";
    work_.tool = "test_tool";
    work_.AddOption("method", "mean");
  }
  absl::StatusOr<WorkResult> Make(const std::string& bytes = "weights") {
    made_ = false;
    return MakeDirectory(
        run_, work_, Names(),
        [&](const std::string& dir, v1::Manifest*) -> absl::Status {
          made_ = true;
          RETURN_IF_ERROR(WriteFileAtomically(dir + "/config.json", "{}"));
          return WriteFileAtomically(dir + "/model.safetensors", bytes);
        });
  }

  std::string dir_;
  RunOptions run_;
  Work work_;
  bool made_ = false;
};

TEST_F(DirectoryTest, IsMadeOnce) {
  ASSERT_OK(Make());
  EXPECT_THAT(ListDirectory(dir_ + "/models"), IsOkAndHolds(ElementsAre("a")));
  EXPECT_THAT(ListDirectory(run_.output),
              IsOkAndHolds(ElementsAre("config.json", "model.safetensors",
                                       "provenance.json")));
  ASSERT_OK_AND_ASSIGN(const WorkResult again, Make());
  EXPECT_TRUE(again.already_done);
  EXPECT_FALSE(made_);
}

TEST_F(DirectoryTest, IsMadeAgainWhenAFileIsGoneOrEmptied) {
  for (const std::string& name : Names()) {
    ASSERT_OK(Make());
    ASSERT_OK(RemoveFile(JoinPath(run_.output, name)));
    ASSERT_OK(Make());
    EXPECT_TRUE(made_) << name;
    ASSERT_OK(WriteFileAtomically(JoinPath(run_.output, name), ""));
    ASSERT_OK(Make());
    EXPECT_TRUE(made_) << name;
  }
}

// More than one thread reads it; half of it is not a whole number of pieces.
TEST_F(DirectoryTest, HasTheChecksumOfALargeFile) {
  std::string large((40 << 20) + 5, 'x');
  for (size_t i = 0; i < large.size(); i += 1000) {
    large[i] = static_cast<char>(i / 1000);
  }
  ASSERT_OK_AND_ASSIGN(const WorkResult made, Make(large));
  const v1::ShardEntry& file = made.manifest.shards(1);
  EXPECT_EQ(file.name(), "model.safetensors");
  EXPECT_EQ(file.bytes(), static_cast<int64_t>(large.size()));
  EXPECT_EQ(file.crc32c(), absl::StrFormat("%08x", Crc32c(large)));
}

TEST_F(DirectoryTest, OfOtherWorkIsReplacedOnlyWhenTold) {
  ASSERT_OK(Make());
  work_.options[0].set_value("median");
  EXPECT_THAT(Make("other"), StatusIs(absl::StatusCode::kAlreadyExists,
                                      HasSubstr("option method")));
  run_.overwrite = true;
  ASSERT_OK(Make("other"));
  EXPECT_THAT(ReadFile(run_.output + "/model.safetensors"),
              IsOkAndHolds(std::string("other")));
}

// Such as a run leaves that is killed just after it has replaced an older
// result.
TEST_F(DirectoryTest, OnceFinishedIsRidOfWhatKilledRunsLeft) {
  ASSERT_OK(Make());
  const std::string left =
      JoinPath(Dirname(run_.output), ".a.tmp-0123456789abcdef");
  ASSERT_OK(MakeDirectories(left));
  ASSERT_OK(WriteFileAtomically(JoinPath(left, "model.safetensors"), "old"));
  ASSERT_OK(Make());
  EXPECT_FALSE(made_);
  EXPECT_FALSE(PathExists(left));
}

TEST_F(DirectoryTest, WithAFileOfAPersonIsNeverTouched) {
  ASSERT_OK(Make());
  ASSERT_OK(WriteFileAtomically(run_.output + "/notes.txt", "mine"));
  run_.overwrite = true;
  work_.options[0].set_value("median");
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("holds \"notes.txt\"")));
  EXPECT_THAT(ReadFile(run_.output + "/notes.txt"),
              IsOkAndHolds(std::string("mine")));
}

TEST_F(DirectoryTest, WithoutEntryIsNeverTouched) {
  ASSERT_OK(MakeDirectories(run_.output));
  ASSERT_OK(WriteFileAtomically(run_.output + "/model.safetensors", "mine"));
  run_.overwrite = true;
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("provenance.json")));
}

TEST_F(DirectoryTest, TakesPathsAsPeopleTypeThem) {
  run_.output = dir_ + "/models/a/";
  ASSERT_OK(Make());
  run_.output = dir_ + "/models/./a";
  ASSERT_OK(Make());
  EXPECT_FALSE(made_);
  const std::string empty = dir_ + "/empty";
  ASSERT_OK(MakeDirectories(empty));
  ASSERT_EQ(chdir(empty.c_str()), 0);
  run_.output = ".";
  ASSERT_OK(Make());
  EXPECT_TRUE(PathExists(empty + "/model.safetensors"));
}

TEST_F(DirectoryTest, KeepsASymbolicLinkToAFolder) {
  ASSERT_OK(MakeDirectories(dir_ + "/real"));
  ASSERT_EQ(symlink("real", (dir_ + "/link").c_str()), 0);
  run_.output = dir_ + "/link";
  ASSERT_OK(Make());
  EXPECT_TRUE(PathExists(dir_ + "/real/model.safetensors"));
  EXPECT_THAT(ListDirectory(dir_), IsOkAndHolds(ElementsAre("link", "real")));
}

TEST_F(DirectoryTest, IsNotMadeOnItsInput) {
  ASSERT_OK(Make());
  work_.AddInput("checkpoint", run_.output, "aa");
  run_.overwrite = true;
  EXPECT_THAT(Make(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("the input checkpoint")));
  EXPECT_TRUE(PathExists(run_.output + "/model.safetensors"));
}

}  // namespace
}  // namespace maskfill
