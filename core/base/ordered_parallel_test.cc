#include "core/base/ordered_parallel.h"

#include <atomic>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::function<absl::StatusOr<std::optional<int>>()> CountTo(int n) {
  return [n, next = 0]() mutable -> absl::StatusOr<std::optional<int>> {
    if (next == n) return std::optional<int>();
    return std::optional<int>(next++);
  };
}

// Work of uneven length, without sleeping.
int Spin(int i) {
  volatile int x = 0;
  for (int k = 0; k < (i % 7) * 1000; ++k) x = x + k;
  return i;
}

class OrderedParallelTest : public testing::TestWithParam<int> {};

TEST_P(OrderedParallelTest, KeepsTheOrder) {
  std::vector<int> results;
  ASSERT_OK((OrderedParallel<int, int>(
      GetParam(), CountTo(1000),
      [](int i) -> absl::StatusOr<int> { return Spin(i) * 2; },
      [&results](int result) {
        results.push_back(result);
        return absl::OkStatus();
      })));
  ASSERT_THAT(results, SizeIs(1000));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(results[i], 2 * i);
}

TEST_P(OrderedParallelTest, ReturnsTheFirstErrorInOrder) {
  for (int round = 0; round < 20; ++round) {
    std::vector<int> results;
    EXPECT_THAT((OrderedParallel<int, int>(
                    GetParam(), CountTo(100),
                    [](int i) -> absl::StatusOr<int> {
                      Spin(i);
                      if (i < 6) return i;
                      return absl::DataLossError(absl::StrCat("item ", i));
                    },
                    [&results](int result) {
                      results.push_back(result);
                      return absl::OkStatus();
                    })),
                StatusIs(absl::StatusCode::kDataLoss, "item 6"));
    EXPECT_THAT(results, ElementsAre(0, 1, 2, 3, 4, 5));
  }
}

TEST_P(OrderedParallelTest, ConsumesEverythingBeforeAProduceError) {
  int next = 0;
  std::vector<int> results;
  EXPECT_THAT((OrderedParallel<int, int>(
                  GetParam(),
                  [&next]() -> absl::StatusOr<std::optional<int>> {
                    if (next == 3) return absl::NotFoundError("no more");
                    return std::optional<int>(next++);
                  },
                  [](int i) -> absl::StatusOr<int> { return i; },
                  [&results](int result) {
                    results.push_back(result);
                    return absl::OkStatus();
                  })),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(results, ElementsAre(0, 1, 2));
}

TEST_P(OrderedParallelTest, StopsAtAConsumeError) {
  std::atomic<int> produced = 0;
  int consumed = 0;
  EXPECT_THAT((OrderedParallel<int, int>(
                  GetParam(),
                  [&produced]() -> absl::StatusOr<std::optional<int>> {
                    return std::optional<int>(produced++);
                  },
                  [](int i) -> absl::StatusOr<int> { return i; },
                  [&consumed](int i) {
                    ++consumed;
                    return i == 4 ? absl::CancelledError("enough")
                                  : absl::OkStatus();
                  })),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(consumed, 5);
  // At most the items that were on their way.
  EXPECT_LE(produced.load(), 5 + 2 * GetParam() + 1);
}

TEST_P(OrderedParallelTest, BoundsWhatIsOnItsWay) {
  std::atomic<int> on_their_way = 0;
  std::atomic<int> most = 0;
  int next = 0;
  ASSERT_OK((OrderedParallel<int, int>(
      GetParam(),
      [&]() -> absl::StatusOr<std::optional<int>> {
        if (next == 500) return std::optional<int>();
        const int now = ++on_their_way;
        if (now > most.load()) most.store(now);
        return std::optional<int>(next++);
      },
      [](int i) -> absl::StatusOr<int> { return Spin(i); },
      [&](int) {
        --on_their_way;
        return absl::OkStatus();
      })));
  EXPECT_LE(most.load(), 2 * GetParam());
}

TEST_P(OrderedParallelTest, TakesTypesThatOnlyMove) {
  int next = 0;
  int sum = 0;
  using Pointer = std::unique_ptr<int>;
  ASSERT_OK((OrderedParallel<Pointer, Pointer>(
      GetParam(),
      [&next]() -> absl::StatusOr<std::optional<Pointer>> {
        if (next == 10) return std::optional<Pointer>();
        return std::optional<Pointer>(std::make_unique<int>(next++));
      },
      [](Pointer p) -> absl::StatusOr<Pointer> { return p; },
      [&sum](Pointer p) {
        sum += *p;
        return absl::OkStatus();
      })));
  EXPECT_EQ(sum, 45);
}

TEST_P(OrderedParallelTest, DoesNothingWithoutItems) {
  EXPECT_OK((OrderedParallel<int, int>(
      GetParam(), CountTo(0), [](int i) -> absl::StatusOr<int> { return i; },
      [](int) { return absl::InternalError("never"); })));
}

INSTANTIATE_TEST_SUITE_P(Threads, OrderedParallelTest,
                         testing::Values(1, 2, 8));

TEST(ResolveNumThreads, TakesAllCoresForZero) {
  EXPECT_EQ(ResolveNumThreads(3), 3);
  EXPECT_GE(ResolveNumThreads(0), 1);
}

}  // namespace
}  // namespace maskfill
