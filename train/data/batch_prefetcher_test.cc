#include "train/data/batch_prefetcher.h"

#include <array>
#include <atomic>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

TEST(BatchPrefetcher, GivesEveryRowOnceAndInOrder) {
  for (const int num_threads : {1, 4}) {
    std::vector<std::array<int64_t, 4>> slots(3);
    BatchPrefetcher prefetcher(
        {.num_rows = 10, .batch_size = 4, .num_threads = num_threads},
        [&](int64_t row, int64_t slot) {
          slots[slot][row % 4] = row;
          return absl::OkStatus();
        });
    std::vector<int64_t> seen;
    for (const int64_t rows : {4, 4, 2}) {
      ASSERT_OK_AND_ASSIGN(const int64_t slot, prefetcher.Next());
      for (int64_t i = 0; i < rows; ++i) seen.push_back(slots[slot][i]);
    }
    EXPECT_THAT(seen, testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    EXPECT_THAT(prefetcher.Next(), StatusIs(absl::StatusCode::kOutOfRange));
  }
}

TEST(BatchPrefetcher, NeverRunsFurtherAheadThanItsSlots) {
  std::atomic<int64_t> given_out = 0;
  std::atomic<bool> too_far = false;
  BatchPrefetcher prefetcher(
      {.num_rows = 400, .batch_size = 4, .num_slots = 2, .num_threads = 3},
      [&](int64_t row, int64_t) {
        // Before the k-th Next() only batches below k - 1 + 2 may be filled.
        if (row / 4 >= std::max<int64_t>(0, given_out - 1) + 2) too_far = true;
        return absl::OkStatus();
      });
  for (int i = 0; i < 100; ++i) {
    ++given_out;
    ASSERT_OK(prefetcher.Next().status());
  }
  EXPECT_FALSE(too_far);
}

TEST(BatchPrefetcher, ReturnsTheFirstErrorOfTheBatchThatHasIt) {
  BatchPrefetcher prefetcher(
      {.num_rows = 12, .batch_size = 4, .num_threads = 4},
      [&](int64_t row, int64_t) {
        if (row == 6 || row == 7) {
          return absl::DataLossError(absl::StrCat("row ", row));
        }
        return absl::OkStatus();
      });
  EXPECT_OK(prefetcher.Next().status());
  EXPECT_THAT(prefetcher.Next(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("row 6")));
}

TEST(BatchPrefetcher, StopsWhenItIsDroppedEarly) {
  std::atomic<int64_t> filled = 0;
  {
    BatchPrefetcher prefetcher(
        {.num_rows = 1000000, .batch_size = 2, .num_threads = 2},
        [&](int64_t, int64_t) {
          ++filled;
          return absl::OkStatus();
        });
    ASSERT_OK(prefetcher.Next().status());
  }
  EXPECT_LE(filled, 6);
}

}  // namespace
}  // namespace maskfill
