#include "core/record/record_reader.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/record/record_framing.h"
#include "core/record/shard_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_records.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

// A shard whose payloads differ in length, one of them empty.
class RecordReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = JoinPath(TestDirectory(), "s.tfrecord");
    ASSERT_OK_AND_ASSIGN(auto writer, ShardWriter::Create(path_));
    for (const std::string& payload : payloads_) {
      ASSERT_OK(writer->Append(absl::string_view(payload)));
    }
    ASSERT_OK_AND_ASSIGN(entry_, writer->Close());
    ASSERT_OK_AND_ASSIGN(bytes_, ReadFile(path_));
  }

  void Write(const std::string& bytes) {
    ASSERT_OK(WriteFileUnsynced(path_, bytes));
  }

  // Reads to the end with the manifest's entry. Every payload that comes out
  // must be the right one, or with `any_order` one of the right ones; returns
  // why it ended.
  absl::Status ReadChecked(bool any_order = false) {
    RecordReaderOptions options;
    options.expected = entry_;
    ASSIGN_OR_RETURN(auto reader, RecordReader::Open(path_, options));
    std::string payload;
    for (size_t i = 0;; ++i) {
      absl::Status status = reader->Next(&payload);
      if (!status.ok()) return status;
      const bool right = any_order
                             ? std::find(payloads_.begin(), payloads_.end(),
                                         payload) != payloads_.end()
                             : i < payloads_.size() && payload == payloads_[i];
      if (!right) {
        return absl::InternalError("a wrong payload came out");
      }
    }
  }

  const std::vector<std::string> payloads_ = {"first", "", "a longer payload",
                                              std::string(3, '\0')};
  std::string path_;
  std::string bytes_;
  v1::ShardEntry entry_;
};

TEST_F(RecordReaderTest, ReadsWhatWasWritten) {
  EXPECT_THAT(ReadAllPayloads(path_), IsOkAndHolds(payloads_));
  EXPECT_THAT(ReadChecked(), StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(RecordReaderTest, KnowsNumberAndOffsetOfEachRecord) {
  ASSERT_OK_AND_ASSIGN(auto reader, RecordReader::Open(path_));
  std::string payload;
  ASSERT_OK(reader->Next(&payload));
  EXPECT_EQ(reader->record(), 0);
  EXPECT_EQ(reader->offset(), 0);
  ASSERT_OK(reader->Next(&payload));
  EXPECT_EQ(reader->record(), 1);
  EXPECT_EQ(reader->offset(), 21);  // 16 + 5 of "first"
}

TEST_F(RecordReaderTest, ReportsDataLossForEverySingleFlippedBit) {
  for (size_t bit = 0; bit < 8 * bytes_.size(); ++bit) {
    std::string damaged = bytes_;
    damaged[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    Write(damaged);
    ASSERT_THAT(ReadChecked(), StatusIs(absl::StatusCode::kDataLoss,
                                        AllOf(HasSubstr("s.tfrecord: record "),
                                              HasSubstr(" at byte "))))
        << "bit " << bit;
  }
}

TEST_F(RecordReaderTest, ReportsDataLossForACutAtEveryByte) {
  for (size_t size = 0; size < bytes_.size(); ++size) {
    Write(bytes_.substr(0, size));
    ASSERT_THAT(ReadChecked(),
                StatusIs(absl::StatusCode::kDataLoss,
                         AllOf(HasSubstr("s.tfrecord: "), HasSubstr("record "),
                               HasSubstr(" at byte "))))
        << "cut at " << size;
  }
}

TEST_F(RecordReaderTest, ReportsDataLossForAppendedBytes) {
  Write(bytes_ + bytes_.substr(0, 21));  // a whole record
  EXPECT_THAT(ReadChecked(), StatusIs(absl::StatusCode::kDataLoss));
  Write(bytes_ + '\0');
  EXPECT_THAT(ReadChecked(), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(RecordReaderTest, ReportsDataLossForAnotherWholeShard) {
  // Every record's own checksums are right.
  ASSERT_OK_AND_ASSIGN(auto writer, ShardWriter::Create(path_));
  ASSERT_OK(writer->Append(absl::string_view("FIRST")));
  for (size_t i = 1; i < payloads_.size(); ++i) {
    ASSERT_OK(writer->Append(absl::string_view(payloads_[i])));
  }
  ASSERT_OK(writer->Close());
  ASSERT_OK_AND_ASSIGN(auto reader,
                       RecordReader::Open(path_, {.expected = entry_}));
  std::string payload;
  absl::Status status;
  while (status.ok()) status = reader->Next(&payload);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss,
                               HasSubstr("the manifest says")));
}

// Random damage of several kinds. Whole records that were moved or repeated
// carry right checksums: those are noticed at the end, by the file's.
TEST_F(RecordReaderTest, NeverGivesWrongPayloadsAfterRandomDamage) {
  std::mt19937_64 random(20230618);
  const auto below = [&random](size_t n) { return random() % n; };
  for (int round = 0; round < 1000; ++round) {
    std::string damaged = bytes_;
    const int edits = 1 + static_cast<int>(below(4));
    for (int edit = 0; edit < edits && !damaged.empty(); ++edit) {
      const size_t at = below(damaged.size());
      const size_t length = 1 + below(damaged.size() - at);
      switch (below(5)) {
        case 0:
          damaged[at] = static_cast<char>(random());
          break;
        case 1:
          damaged.erase(at, length);
          break;
        case 2:
          damaged.insert(at, damaged.substr(at, length));
          break;
        case 3:
          damaged.replace(at, length, length, '\0');
          break;
        default:
          damaged.insert(at, std::string(length, static_cast<char>(random())));
      }
    }
    Write(damaged);
    ASSERT_THAT(ReadChecked(),
                StatusIs(damaged == bytes_ ? absl::StatusCode::kOutOfRange
                                           : absl::StatusCode::kDataLoss))
        << "round " << round;
  }
}

TEST_F(RecordReaderTest, ReturnsItsErrorAgain) {
  bytes_[0] ^= 1;
  Write(bytes_);
  ASSERT_OK_AND_ASSIGN(auto reader, RecordReader::Open(path_));
  std::string payload;
  const absl::Status first = reader->Next(&payload);
  EXPECT_THAT(first, StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(reader->Next(&payload), first);
}

TEST_F(RecordReaderTest, RefusesARecordAboveTheLimit) {
  ASSERT_OK_AND_ASSIGN(auto reader,
                       RecordReader::Open(path_, {.max_record_bytes = 15}));
  std::string payload;
  ASSERT_OK(reader->Next(&payload));
  ASSERT_OK(reader->Next(&payload));
  EXPECT_THAT(reader->Next(&payload),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("record 2 at byte 37: the record has 16 "
                                 "bytes, the limit is 15")));
}

TEST_F(RecordReaderTest, DoesNotAllocateWhatTheFileCannotHold) {
  // A right header that promises 255 MiB; only their number matters to it.
  const std::string header =
      RecordHeader(absl::string_view(bytes_.data(), 255 << 20));
  Write(header + "abc");
  ASSERT_OK_AND_ASSIGN(auto reader, RecordReader::Open(path_));
  std::string payload;
  EXPECT_THAT(reader->Next(&payload),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("the file ends after 15 of the record's")));
  EXPECT_LT(payload.capacity(), 1000u);
}

TEST(RecordReader, ReadsRecordsLargerThanItsBuffer) {
  const std::string path = JoinPath(TestDirectory(), "s.tfrecord");
  std::vector<std::string> payloads;
  for (const size_t size : {1u << 20, 10u, 300000u, 262144u, 262128u, 1u}) {
    payloads.emplace_back(size, static_cast<char>('a' + payloads.size()));
  }
  ASSERT_OK_AND_ASSIGN(auto writer, ShardWriter::Create(path));
  for (const std::string& payload : payloads) {
    ASSERT_OK(writer->Append(absl::string_view(payload)));
  }
  ASSERT_OK_AND_ASSIGN(const v1::ShardEntry entry, writer->Close());
  EXPECT_THAT(ReadAllPayloads(path), IsOkAndHolds(payloads));
  ASSERT_OK_AND_ASSIGN(auto reader,
                       RecordReader::Open(path, {.expected = entry}));
  std::string payload;
  for (size_t i = 0; i < payloads.size(); ++i) {
    ASSERT_OK(reader->Next(&payload));
  }
  EXPECT_THAT(reader->Next(&payload), StatusIs(absl::StatusCode::kOutOfRange));
}

TEST(RecordReader, ReadsAnEmptyFile) {
  const std::string path = JoinPath(TestDirectory(), "s.tfrecord");
  ASSERT_OK(WriteFileAtomically(path, ""));
  EXPECT_THAT(ReadAllPayloads(path), IsOkAndHolds(IsEmpty()));
}

TEST(RecordReader, ParsesMessages) {
  const std::string path = JoinPath(TestDirectory(), "s.tfrecord");
  ASSERT_OK_AND_ASSIGN(auto writer, ShardWriter::Create(path));
  ASSERT_OK(writer->Append(TestImage("a", 7)));
  ASSERT_OK(writer->Close());
  ASSERT_OK_AND_ASSIGN(auto reader, RecordReader::Open(path));
  v1::ImageRecord record;
  ASSERT_OK(reader->Next(&record));
  EXPECT_EQ(record.id(), "a");
  EXPECT_EQ(record.label(), 7);
}

TEST(RecordReader, ReportsDataLossForAPayloadThatIsNoSuchMessage) {
  const std::string path = JoinPath(TestDirectory(), "s.tfrecord");
  ASSERT_OK_AND_ASSIGN(auto writer, ShardWriter::Create(path));
  ASSERT_OK(writer->Append(absl::string_view("\xff\xff\xff")));
  ASSERT_OK(writer->Close());
  ASSERT_OK_AND_ASSIGN(auto reader, RecordReader::Open(path));
  v1::ImageRecord record;
  EXPECT_THAT(reader->Next(&record),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("record 0 at byte 0"),
                             HasSubstr("maskfill.v1.ImageRecord"))));
}

TEST(RecordReader, RefusesARecordOfAnotherSchemaVersion) {
  const std::string path = JoinPath(TestDirectory(), "s.tfrecord");
  v1::ImageRecord record = TestImage("a");
  record.set_schema_version(2);
  ASSERT_OK_AND_ASSIGN(auto writer, ShardWriter::Create(path));
  ASSERT_OK(writer->Append(record));
  ASSERT_OK(writer->Close());
  ASSERT_OK_AND_ASSIGN(auto reader, RecordReader::Open(path));
  EXPECT_THAT(reader->Next(&record),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("schema_version is 2")));
}

TEST(RecordReader, SaysWhichFileIsMissing) {
  EXPECT_THAT(
      RecordReader::Open("/nowhere/s.tfrecord"),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nowhere/s.tfrecord")));
}

TEST(RecordReader, RefusesADirectory) {
  EXPECT_THAT(RecordReader::Open(TestDirectory()),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace maskfill
