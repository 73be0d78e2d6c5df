#include "core/base/counter_rng.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::ElementsAre;

// Known answers of philox4x32 with 10 rounds: Random123's kat_vectors.
TEST(Philox4x32, GivesRandom123sKnownAnswers) {
  EXPECT_THAT(Philox4x32({0, 0, 0, 0}, {0, 0}),
              ElementsAre(0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u));
  EXPECT_THAT(Philox4x32({0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu},
                         {0xffffffffu, 0xffffffffu}),
              ElementsAre(0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu));
  EXPECT_THAT(Philox4x32({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u},
                         {0xa4093822u, 0x299f31d0u}),
              ElementsAre(0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u));
}

std::vector<uint64_t> Numbers(CounterRng rng, int n = 8) {
  std::vector<uint64_t> numbers;
  for (int i = 0; i < n; ++i) numbers.push_back(rng.Next64());
  return numbers;
}

TEST(CounterRng, IsAFunctionOfItsKey) {
  const std::vector<uint64_t> numbers = Numbers(CounterRng(1, "a", 2, "id"));
  EXPECT_EQ(Numbers(CounterRng(1, "a", 2, "id")), numbers);
  EXPECT_NE(Numbers(CounterRng(2, "a", 2, "id")), numbers);
  EXPECT_NE(Numbers(CounterRng(1, "b", 2, "id")), numbers);
  EXPECT_NE(Numbers(CounterRng(1, "a", 3, "id")), numbers);
  EXPECT_NE(Numbers(CounterRng(1, "a", 2, "ie")), numbers);
}

// Shards hold what these numbers chose: they must never change.
TEST(CounterRng, KeepsItsNumbersFromVersionToVersion) {
  EXPECT_THAT(Numbers(CounterRng(7, "donor", 1, "n01440764/n01440764_18"), 3),
              ElementsAre(4887675754619673018ull, 7171838971402311754ull,
                          4035960543907193985ull));
}

TEST(CounterRng, ContinuesIndependentlyInCopies) {
  CounterRng rng(1, "a", 0, "");
  rng.Next64();
  CounterRng copy = rng;
  EXPECT_EQ(Numbers(copy), Numbers(rng));
}

TEST(CounterRng, HasStreamsThatDiffer) {
  std::set<uint64_t> first;
  for (uint64_t epoch = 0; epoch < 100; ++epoch) {
    for (int id = 0; id < 100; ++id) {
      first.insert(CounterRng(0, "p", epoch, std::to_string(id)).Next64());
    }
  }
  EXPECT_EQ(first.size(), 10000u);
}

TEST(CounterRng, BelowIsEvenOverItsRange) {
  CounterRng rng(0, "below", 0, "");
  constexpr int kDraws = 60000;
  std::array<int, 6> counts = {};
  for (int i = 0; i < kDraws; ++i) ++counts.at(rng.Below(6));
  // Expected 10000 each with standard deviation sqrt(60000 * 1/6 * 5/6) = 91;
  // 5 of them.
  for (const int count : counts) EXPECT_NEAR(count, 10000, 455);
}

TEST(CounterRng, BelowTakesTheLimits) {
  CounterRng rng(0, "below", 0, "");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(rng.Below(1), 0u);
  for (int i = 0; i < 100; ++i) {
    EXPECT_LT(rng.Below((uint64_t{1} << 63) + 1), (uint64_t{1} << 63) + 1);
  }
}

TEST(CounterRng, UniformsAreInTheUnitIntervalWithMeanHalf) {
  CounterRng rng(0, "uniform", 0, "");
  double sum_float = 0;
  double sum_double = 0;
  constexpr int kDraws = 10000;
  for (int i = 0; i < kDraws; ++i) {
    const float f = rng.UniformFloat();
    const double d = rng.UniformDouble();
    ASSERT_GE(f, 0.0f);
    ASSERT_LT(f, 1.0f);
    ASSERT_GE(d, 0.0);
    ASSERT_LT(d, 1.0);
    sum_float += f;
    sum_double += d;
  }
  // Standard deviation of the mean: sqrt(1/12 / 10000) = 0.0029; 5 of them.
  EXPECT_NEAR(sum_float / kDraws, 0.5, 0.0145);
  EXPECT_NEAR(sum_double / kDraws, 0.5, 0.0145);
}

TEST(CounterRng, NormalHasMeanZeroAndVarianceOne) {
  CounterRng rng(0, "normal", 0, "");
  constexpr int kDraws = 20000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = rng.Normal();
    ASSERT_TRUE(std::isfinite(x));
    sum += x;
    squares += x * x;
  }
  // Standard deviations 1/sqrt(20000) = 0.0071 and sqrt(2/20000) = 0.01; 5 of
  // them.
  EXPECT_NEAR(sum / kDraws, 0.0, 0.036);
  EXPECT_NEAR(squares / kDraws, 1.0, 0.05);
}

TEST(Permutation, IsABijectionForEverySmallSize) {
  for (uint64_t n = 1; n <= 300; ++n) {
    const Permutation permutation(5, "train", 2, n);
    std::vector<bool> seen(n, false);
    for (uint64_t i = 0; i < n; ++i) {
      const uint64_t j = permutation.At(i);
      ASSERT_LT(j, n);
      ASSERT_FALSE(seen[j]) << "n " << n << ", twice " << j;
      seen[j] = true;
    }
  }
}

TEST(Permutation, IsABijectionForALargerSize) {
  constexpr uint64_t kSize = 100003;
  const Permutation permutation(5, "train", 2, kSize);
  std::vector<bool> seen(kSize, false);
  for (uint64_t i = 0; i < kSize; ++i) seen[permutation.At(i)] = true;
  for (uint64_t i = 0; i < kSize; ++i) ASSERT_TRUE(seen[i]) << i;
}

TEST(Permutation, StaysInsideHugeSizes) {
  const uint64_t n = (uint64_t{1} << 40) + 1;
  const Permutation permutation(5, "train", 2, n);
  std::set<uint64_t> seen;
  for (uint64_t i = 0; i < 1000; ++i) {
    const uint64_t j = permutation.At(i);
    ASSERT_LT(j, n);
    seen.insert(j);
  }
  EXPECT_EQ(seen.size(), 1000u);
}

std::vector<uint64_t> Order(const Permutation& permutation) {
  std::vector<uint64_t> order;
  for (uint64_t i = 0; i < permutation.size(); ++i) {
    order.push_back(permutation.At(i));
  }
  return order;
}

TEST(Permutation, IsAFunctionOfItsKey) {
  const auto order = Order(Permutation(1, "train", 2, 50));
  EXPECT_EQ(Order(Permutation(1, "train", 2, 50)), order);
  EXPECT_NE(Order(Permutation(2, "train", 2, 50)), order);
  EXPECT_NE(Order(Permutation(1, "other", 2, 50)), order);
  EXPECT_NE(Order(Permutation(1, "train", 3, 50)), order);
}

TEST(Permutation, MovesMostElements) {
  int fixed = 0;
  const auto order = Order(Permutation(1, "train", 0, 1000));
  for (uint64_t i = 0; i < order.size(); ++i) fixed += order[i] == i;
  // A random permutation has 1 fixed point on average, variance 1.
  EXPECT_LE(fixed, 6);
}

}  // namespace
}  // namespace maskfill
