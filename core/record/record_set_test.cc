#include "core/record/record_set.h"

#include <memory>
#include <string>

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/record/manifest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_records.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr char kImages[] = "maskfill.v1.ImageRecord";

TEST(RecordSet, ReadsAllShards) {
  const std::string dir = TestDirectory();
  WriteTestImages(dir, {{"a", "b"}, {}, {"c"}});
  ASSERT_OK_AND_ASSIGN(const RecordSet set, RecordSet::Open(dir, kImages));
  EXPECT_EQ(set.num_shards(), 3);
  EXPECT_EQ(set.num_records(), 3);
  std::string ids;
  for (int64_t i = 0; i < set.num_shards(); ++i) {
    ASSERT_OK_AND_ASSIGN(auto reader, set.OpenShard(i));
    v1::ImageRecord record;
    absl::Status status;
    while ((status = reader->Next(&record)).ok()) ids += record.id();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kOutOfRange));
  }
  EXPECT_EQ(ids, "abc");
}

TEST(RecordSet, RefusesAnotherRecordType) {
  const std::string dir = TestDirectory();
  WriteTestImages(dir, {{"a"}});
  EXPECT_THAT(RecordSet::Open(dir, "maskfill.v1.CamRecord"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("holds maskfill.v1.ImageRecord"),
                             HasSubstr("expected maskfill.v1.CamRecord"))));
  EXPECT_OK(RecordSet::Open(dir, ""));
}

TEST(RecordSet, CountsTheRecordsBeforeAShard) {
  const std::string dir = TestDirectory();
  WriteTestImages(dir, {{"a", "b"}, {}, {"c"}});
  ASSERT_OK_AND_ASSIGN(const RecordSet set, RecordSet::Open(dir, kImages));
  EXPECT_EQ(set.ShardBegin(0), 0);
  EXPECT_EQ(set.ShardBegin(1), 2);
  EXPECT_EQ(set.ShardBegin(2), 2);
}

TEST(RecordSet, SaysWhichShardIsMissing) {
  const std::string dir = TestDirectory();
  WriteTestImages(dir, {{"a"}, {"b"}});
  ASSERT_OK(RemoveFile(dir + "/images-00001-of-00002.tfrecord"));
  EXPECT_THAT(RecordSet::Open(dir, kImages),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("images-00001-of-00002.tfrecord")));
}

TEST(RecordSet, ReportsDataLossForACutAtEveryByte) {
  const std::string dir = TestDirectory();
  WriteTestImages(dir, {{"a", "b"}});
  const std::string path = dir + "/images-00000-of-00001.tfrecord";
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_OK(WriteFileUnsynced(path, bytes.substr(0, size)));
    ASSERT_THAT(RecordSet::Open(dir, kImages),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)))
        << size;
  }
}

TEST(RecordSet, NoticesAShardThatIsCutAfterOpening) {
  const std::string dir = TestDirectory();
  WriteTestImages(dir, {{"a", "b"}});
  const std::string path = dir + "/images-00000-of-00001.tfrecord";
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
  ASSERT_OK_AND_ASSIGN(const RecordSet set, RecordSet::Open(dir, kImages));
  ASSERT_OK(WriteFileAtomically(path, bytes.substr(0, bytes.size() / 2)));
  ASSERT_OK_AND_ASSIGN(auto reader, set.OpenShard(0));
  v1::ImageRecord record;
  ASSERT_OK(reader->Next(&record));
  EXPECT_THAT(reader->Next(&record),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr(path), HasSubstr("record 1"),
                             HasSubstr("the manifest says 2 records"))));
}

TEST(RecordSet, DescribesItselfAsAnInput) {
  const std::string dir = TestDirectory();
  const v1::Manifest manifest = WriteTestImages(dir, {{"a"}});
  ASSERT_OK_AND_ASSIGN(const RecordSet set, RecordSet::Open(dir, kImages));
  const v1::InputReference input = set.AsInput("images");
  EXPECT_EQ(input.role(), "images");
  EXPECT_EQ(input.path(), dir);
  EXPECT_EQ(input.fingerprint(), manifest.content_fingerprint());
}

}  // namespace
}  // namespace maskfill
