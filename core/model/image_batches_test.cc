#include "core/model/image_batches.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "core/record/shard_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

constexpr int64_t kSize = 4;

// Image i is filled with the value i.
v1::ImageRecord MakeRecord(int64_t i) {
  v1::ImageRecord record;
  record.set_schema_version(1);
  record.set_id(absl::StrCat("image-", i));
  record.set_label(i);
  record.mutable_pixels()->set_height(kSize);
  record.mutable_pixels()->set_width(kSize);
  record.mutable_pixels()->set_data(
      std::string(kSize * kSize * 3, static_cast<char>(i)));
  return record;
}

std::unique_ptr<RecordReader> WriteShard(
    const std::vector<v1::ImageRecord>& records) {
  const std::string path = JoinPath(TestDirectory(), "a.tfrecord");
  auto writer = ShardWriter::Create(path);
  EXPECT_OK(writer);
  for (const v1::ImageRecord& record : records) {
    EXPECT_OK((*writer)->Append(record));
  }
  EXPECT_OK((*writer)->Close());
  auto reader = RecordReader::Open(path);
  EXPECT_OK(reader);
  return *std::move(reader);
}

std::unique_ptr<RecordReader> WriteNumbered(int64_t num_records) {
  std::vector<v1::ImageRecord> records;
  for (int64_t i = 0; i < num_records; ++i) records.push_back(MakeRecord(i));
  return WriteShard(records);
}

TEST(ImageBatches, HoldEveryImageInOrder) {
  for (const int threads : {1, 3}) {
    ImageBatchReader batches(
        WriteNumbered(10),
        {.batch_size = 4, .image_size = kSize, .num_threads = threads});
    int64_t expected = 0;
    for (const int64_t size : {4, 4, 2}) {
      ASSERT_OK_AND_ASSIGN(const std::optional<ImageBatch> batch,
                           batches.Next());
      ASSERT_TRUE(batch.has_value());
      ASSERT_EQ(batch->pixels.sizes(),
                at::IntArrayRef({size, kSize, kSize, 3}));
      ASSERT_EQ(batch->records.size(), size);
      for (int64_t i = 0; i < size; ++i, ++expected) {
        EXPECT_EQ(batch->records[i].label(), expected);
        EXPECT_FALSE(batch->records[i].has_pixels());
        EXPECT_TRUE(batch->pixels[i].eq(expected).all().item<bool>());
      }
    }
    for (int i = 0; i < 2; ++i) {
      ASSERT_OK_AND_ASSIGN(const std::optional<ImageBatch> batch,
                           batches.Next());
      EXPECT_FALSE(batch.has_value());
    }
  }
}

TEST(ImageBatches, AnEmptyShardHasNone) {
  ImageBatchReader batches(WriteNumbered(0), {});
  ASSERT_OK_AND_ASSIGN(const std::optional<ImageBatch> batch, batches.Next());
  EXPECT_FALSE(batch.has_value());
}

TEST(ImageBatches, ReadingMayStopEarly) {
  ImageBatchReader batches(
      WriteNumbered(100),
      {.batch_size = 1, .image_size = kSize, .num_threads = 2});
  EXPECT_OK(batches.Next());
}

TEST(ImageBatches, AnImageOfAnotherSizeIsReportedAfterTheBatchesBeforeIt) {
  std::vector<v1::ImageRecord> records = {MakeRecord(0), MakeRecord(1),
                                          MakeRecord(2)};
  records[2].mutable_pixels()->set_height(2);
  records[2].mutable_pixels()->set_width(2);
  records[2].mutable_pixels()->set_data(std::string(12, 'x'));
  ImageBatchReader batches(
      WriteShard(records),
      {.batch_size = 2, .image_size = kSize, .num_threads = 2});
  ASSERT_OK_AND_ASSIGN(const std::optional<ImageBatch> batch, batches.Next());
  EXPECT_TRUE(batch.has_value());
  EXPECT_THAT(batches.Next(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                       HasSubstr("image-2")));
}

}  // namespace
}  // namespace maskfill
