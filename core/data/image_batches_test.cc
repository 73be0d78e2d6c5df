#include "core/data/image_batches.h"

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/record/record_set.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

constexpr int64_t kSize = 16;

// `count` rows; row i is filled with the value i. `on_read` is called in the
// threads that read.
ImageBatches::RowSource NumberedRows(
    int64_t count, std::function<absl::Status(int64_t)> on_read = [](int64_t) {
      return absl::OkStatus();
    }) {
  auto next = std::make_shared<int64_t>(0);
  return [=]() -> absl::StatusOr<std::optional<ImageBatches::ReadRow>> {
    if (*next == count) return std::optional<ImageBatches::ReadRow>();
    const int64_t number = (*next)++;
    return std::optional<ImageBatches::ReadRow>(
        [=]() -> absl::StatusOr<ImageRow> {
          RETURN_IF_ERROR(on_read(number));
          ImageRow row;
          row.record.set_id(absl::StrCat("row ", number));
          row.record.set_label(number);
          row.image = Image(kSize, kSize);
          row.image.pixels.assign(kSize * kSize * 3,
                                  static_cast<uint8_t>(number));
          return row;
        });
  };
}

ImageBatchesOptions Options(int64_t batch_size, int num_threads) {
  return {.batch_size = batch_size,
          .image_size = kSize,
          .num_threads = num_threads};
}

void ExpectNumbered(ImageBatches& batches, const std::vector<int64_t>& sizes) {
  int64_t expected = 0;
  for (const int64_t size : sizes) {
    ASSERT_OK_AND_ASSIGN(const std::optional<ImageBatch> batch, batches.Next());
    ASSERT_TRUE(batch.has_value());
    ASSERT_EQ(batch->images.sizes(), at::IntArrayRef({size, kSize, kSize, 3}));
    EXPECT_FALSE(batch->counterfactuals.defined());
    ASSERT_EQ(batch->records.size(), size);
    for (int64_t i = 0; i < size; ++i, ++expected) {
      EXPECT_EQ(batch->records[i].label(), expected);
      EXPECT_EQ(batch->labels[i].item<int64_t>(), expected);
      EXPECT_TRUE(batch->images[i].eq(expected).all().item<bool>());
    }
  }
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const std::optional<ImageBatch> batch, batches.Next());
    EXPECT_FALSE(batch.has_value());
  }
}

TEST(ImageBatches, HoldEveryRowOnceAndInOrder) {
  for (const int threads : {1, 3}) {
    // More batches than there are slots.
    ImageBatches batches(Options(3, threads), NumberedRows(16));
    ExpectNumbered(batches, {3, 3, 3, 3, 3, 1});
    ImageBatches even(Options(4, threads), NumberedRows(8));
    ExpectNumbered(even, {4, 4});
    // As many batches as there are slots, all full before the first is taken.
    std::atomic<int64_t> read = 0;
    ImageBatches full(Options(4, threads), NumberedRows(12, [&](int64_t) {
                        ++read;
                        return absl::OkStatus();
                      }));
    while (read < 12) std::this_thread::yield();
    ExpectNumbered(full, {4, 4, 4});
    ImageBatches none(Options(4, threads), NumberedRows(0));
    ExpectNumbered(none, {});
  }
}

TEST(ImageBatches, ReadAShardInOrderWithoutItsPayload) {
  const RecordSet images = WriteTestImages(TestDirectory());
  ASSERT_OK_AND_ASSIGN(const auto batches,
                       ImageBatches::OfShard(images, 1, Options(64, 2)));
  ASSERT_OK_AND_ASSIGN(const std::optional<ImageBatch> batch, batches->Next());
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->records.size(), 5);
  EXPECT_EQ(batch->records[0].id(), "image-5");
  EXPECT_FALSE(batch->records[0].has_pixels());
  // The first byte of image i is i.
  EXPECT_EQ(batch->images[2][0][0][0].item<uint8_t>(), 7);
}

TEST(ImageBatches, HoldAShardAgainstItsManifest) {
  const std::string dir = TestDirectory();
  // Two shards of the same length: one in the other's place.
  const RecordSet images = WriteTestImages(dir);
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(images.ShardPath(1)));
  ASSERT_OK(WriteFileAtomically(images.ShardPath(0), bytes));
  ASSERT_OK_AND_ASSIGN(const auto batches,
                       ImageBatches::OfShard(images, 0, Options(2, 1)));
  EXPECT_OK(batches->Next());
  EXPECT_OK(batches->Next());
  EXPECT_THAT(batches->Next(), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(ImageBatches, NeverRunFurtherAheadThanTheirSlots) {
  constexpr int kThreads = 3;
  std::atomic<int64_t> given_out = 0;
  std::atomic<bool> too_far = false;
  ImageBatches batches(
      Options(4, kThreads), NumberedRows(200, [&](int64_t row) {
        // Before the k-th Next() batch k - 1 and the two after it may be
        // filled, while a few rows more are on their way.
        const int64_t in_use = std::max<int64_t>(0, given_out - 1);
        if (row >= (in_use + 3) * 4 + 2 * kThreads) too_far = true;
        return absl::OkStatus();
      }));
  for (int i = 0; i < 50; ++i) {
    ++given_out;
    ASSERT_OK(batches.Next());
  }
  EXPECT_FALSE(too_far);
}

TEST(ImageBatches, ReportTheFirstBadRowAfterTheBatchesBeforeIt) {
  for (const int threads : {1, 4}) {
    ImageBatches batches(
        Options(4, threads), NumberedRows(12, [](int64_t row) {
          if (row != 6 && row != 7) return absl::OkStatus();
          return absl::DataLossError(absl::StrCat("row ", row));
        }));
    EXPECT_OK(batches.Next());
    for (int i = 0; i < 2; ++i) {
      EXPECT_THAT(batches.Next(),
                  StatusIs(absl::StatusCode::kDataLoss, HasSubstr("row 6")));
    }
  }
}

TEST(ImageBatches, NameAnImageOfAnotherSize) {
  ImageBatchesOptions options = Options(4, 1);
  options.image_size = 8;
  ImageBatches batches(options, NumberedRows(1));
  EXPECT_THAT(batches.Next(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                       HasSubstr("\"row 0\": found 16x16")));
}

TEST(ImageBatches, StopWhenTheyAreDroppedEarly) {
  std::atomic<int64_t> read = 0;
  {
    ImageBatches batches(Options(2, 2), NumberedRows(1000000, [&](int64_t) {
                           ++read;
                           return absl::OkStatus();
                         }));
    ASSERT_OK(batches.Next());
  }
  EXPECT_LE(read, 4 * 2 + 2 * 2);
}

TEST(ImageBatches, ReportThatThereIsNoMemoryForABatch) {
  ImageBatches batches(Options(std::numeric_limits<int64_t>::max() / 1024, 2),
                       NumberedRows(1));
  EXPECT_FALSE(batches.Next().ok());
}

}  // namespace
}  // namespace maskfill
