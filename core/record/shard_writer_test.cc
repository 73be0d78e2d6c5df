#include "core/record/shard_writer.h"

#include <memory>
#include <string>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_records.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ShardWriter, WritesGoldenShardAndIndex) {
  const std::string path = JoinPath(TestDirectory(), "s.tfrecord");
  ASSERT_OK_AND_ASSIGN(auto writer, ShardWriter::Create(path));
  ASSERT_OK(writer->Append(absl::string_view("abc")));
  ASSERT_OK(writer->Append(absl::string_view("")));
  ASSERT_OK_AND_ASSIGN(const v1::ShardEntry entry, writer->Close());
  // TensorFlow's bytes, see record_framing_test.
  EXPECT_THAT(ReadFile(path),
              IsOkAndHolds(std::string("\x03\0\0\0\0\0\0\0\xb0\x99\x49\x0e"
                                       "abc\x6e\x57\xf1\x21"
                                       "\0\0\0\0\0\0\0\0\x29\x03\x98\x07"
                                       "\xd8\xea\x82\xa2",
                                       35)));
  EXPECT_THAT(ReadFile(path + ".idx"), IsOkAndHolds("0 19\n19 16\n"));
  EXPECT_EQ(entry.name(), "s.tfrecord");
  EXPECT_EQ(entry.records(), 2);
  EXPECT_EQ(entry.bytes(), 35);
  // CRC-32C of these 35 bytes, bit by bit from the polynomial in Python.
  EXPECT_EQ(entry.crc32c(), "99562802");
}

TEST(ShardWriter, WritesAnEmptyShard) {
  const std::string path = JoinPath(TestDirectory(), "s.tfrecord");
  ASSERT_OK_AND_ASSIGN(auto writer, ShardWriter::Create(path));
  ASSERT_OK_AND_ASSIGN(const v1::ShardEntry entry, writer->Close());
  EXPECT_THAT(ReadFile(path), IsOkAndHolds(""));
  EXPECT_THAT(ReadFile(path + ".idx"), IsOkAndHolds(""));
  EXPECT_EQ(entry.records(), 0);
  EXPECT_EQ(entry.crc32c(), "00000000");
}

TEST(ShardWriter, LeavesNothingWithoutClose) {
  const std::string dir = TestDirectory();
  {
    ASSERT_OK_AND_ASSIGN(auto writer,
                         ShardWriter::Create(JoinPath(dir, "s.tfrecord")));
    ASSERT_OK(writer->Append(TestImage("a")));
  }
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(IsEmpty()));
}

TEST(ShardWriter, PublishesOnlyInClose) {
  const std::string dir = TestDirectory();
  ASSERT_OK_AND_ASSIGN(auto writer,
                       ShardWriter::Create(JoinPath(dir, "s.tfrecord")));
  ASSERT_OK(writer->Append(TestImage("a")));
  EXPECT_FALSE(PathExists(JoinPath(dir, "s.tfrecord")));
  ASSERT_OK(writer->Close());
  EXPECT_THAT(ListDirectory(dir),
              IsOkAndHolds(ElementsAre("s.tfrecord", "s.tfrecord.idx")));
}

TEST(ShardWriter, RefusesARecordThatReadersWouldRefuse) {
  const std::string path = JoinPath(TestDirectory(), "s.tfrecord");
  ASSERT_OK_AND_ASSIGN(auto writer, ShardWriter::Create(path));
  // Never touched: the size alone decides.
  const absl::string_view huge(path.data(), (size_t{256} << 20) + 1);
  EXPECT_THAT(writer->Append(huge),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ShardWriter, SaysWhenTheDirectoryIsMissing) {
  EXPECT_THAT(ShardWriter::Create(JoinPath(TestDirectory(), "no/s.tfrecord")),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace maskfill
