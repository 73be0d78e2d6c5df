#include "record_tool/tar_writer.h"

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

class TarWriterTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = JoinPath(TestDirectory(), "a.tar");
    ASSERT_OK_AND_ASSIGN(tar_, TarWriter::Create(path_));
  }

  std::string path_;
  std::unique_ptr<TarWriter> tar_;
};

// Offsets and widths of the fields: POSIX, "ustar Header Block".
TEST_F(TarWriterTest, WritesAHeaderBlockAndWholeBlocks) {
  ASSERT_OK(tar_->Append("7.cls", "258"));
  ASSERT_OK(tar_->Close());
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path_));
  // Header, content, two empty blocks.
  ASSERT_EQ(bytes.size(), 4u * 512);
  const std::string zero(1, '\0');
  EXPECT_EQ(bytes.substr(0, 6), "7.cls" + zero);
  EXPECT_EQ(bytes.substr(100, 8), "0000644" + zero);
  EXPECT_EQ(bytes.substr(124, 12), "00000000003" + zero);
  EXPECT_EQ(bytes.substr(136, 12), "00000000000" + zero);
  EXPECT_EQ(bytes[156], '0');
  EXPECT_EQ(bytes.substr(257, 8), "ustar" + zero + "00");
  EXPECT_EQ(bytes.substr(512, 4), "258" + zero);
  EXPECT_EQ(bytes.substr(1024), std::string(1024, '\0'));
  // Name 55 + 46 + 99 + 108 + 115 = 423, mode 7 * 48 + 14 = 350, user and group
  // 2 * 336, size 11 * 48 + 3 = 531, time 528, checksum as 8 * 32 = 256, type
  // 48, "ustar" 117 + 115 + 116 + 97 + 114 = 559, version 96, device 2 * 336:
  // 4135 = 010047.
  EXPECT_EQ(bytes.substr(148, 8), "010047" + zero + " ");
}

TEST_F(TarWriterTest, TarReadsEveryMember) {
  const std::string block(512, 'b');
  ASSERT_OK(tar_->Append("000000000.png", block));
  ASSERT_OK(tar_->Append("000000000.json", "{}"));
  ASSERT_OK(tar_->Append("empty", ""));
  ASSERT_OK(tar_->Append(std::string(100, 'n'), "last"));
  ASSERT_OK(tar_->Close());
  EXPECT_EQ(
      RunProgram({"/bin/tar", "-tf", path_}).out,
      "000000000.png\n000000000.json\nempty\n" + std::string(100, 'n') + "\n");
  EXPECT_EQ(RunProgram({"/bin/tar", "-xOf", path_}).out, block + "{}last");
}

TEST_F(TarWriterTest, RefusesANameThatUstarCannotHold) {
  for (const std::string& name : {std::string(), std::string(101, 'n')}) {
    EXPECT_THAT(tar_->Append(name, ""),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         testing::HasSubstr("1 to 100 bytes")));
  }
}

TEST_F(TarWriterTest, LeavesNothingWithoutClose) {
  ASSERT_OK(tar_->Append("a", "b"));
  tar_.reset();
  EXPECT_FALSE(PathExists(path_));
}

}  // namespace
}  // namespace maskfill
