#include "core/masking/donors.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

DonorDraw DrawFrom(int64_t num_images,
                   absl::Span<const int64_t> excluded = {}) {
  DonorDraw draw;
  draw.seed = 5;
  draw.id = "photo";
  draw.num_images = num_images;
  draw.excluded = excluded;
  return draw;
}

std::vector<int64_t> Slots(int64_t count) {
  std::vector<int64_t> slots(static_cast<size_t>(count));
  std::iota(slots.begin(), slots.end(), 0);
  return slots;
}

// How often each of `num_images` was drawn.
std::vector<int> Counts(const std::vector<int64_t>& donors,
                        int64_t num_images) {
  std::vector<int> counts(static_cast<size_t>(num_images), 0);
  for (const int64_t donor : donors) ++counts[static_cast<size_t>(donor)];
  return counts;
}

TEST(DrawDonors, NeverDrawsAnExcludedImageAndTheOthersAlike) {
  const std::vector<std::vector<int64_t>> all = {
      {},     {0},    {1},    {2},          {5},
      {0, 1}, {4, 5}, {1, 4}, {0, 2, 3, 5}, {0, 1, 3, 4, 5}};
  for (const std::vector<int64_t>& excluded : all) {
    ASSERT_OK_AND_ASSIGN(const std::vector<int64_t> donors,
                         DrawDonors(DrawFrom(6, excluded), Slots(1000)));
    const std::vector<int> counts = Counts(donors, 6);
    const double p = 1.0 / static_cast<double>(6 - excluded.size());
    for (int64_t position = 0; position < 6; ++position) {
      const bool drawn = std::find(excluded.begin(), excluded.end(),
                                   position) == excluded.end();
      // Binomial(1000, p): five standard deviations.
      EXPECT_NEAR(counts[static_cast<size_t>(position)], drawn ? 1000 * p : 0,
                  drawn ? 5 * std::sqrt(1000 * p * (1 - p)) : 0)
          << position;
    }
  }
}

TEST(DrawDonors, DrawsAgainWhatTurnsOutToBeTheImageItself) {
  const std::vector<int64_t> excluded = {0};
  DonorDraw draw = DrawFrom(5, excluded);
  draw.is_self = [](int64_t position) { return position == 3; };
  ASSERT_OK_AND_ASSIGN(const std::vector<int64_t> donors,
                       DrawDonors(draw, Slots(900)));
  const std::vector<int> counts = Counts(donors, 5);
  EXPECT_EQ(counts[0] + counts[3], 0);
  // Binomial(900, 1/3): standard deviation 14.1; five of them.
  for (const int position : {1, 2, 4}) EXPECT_NEAR(counts[position], 300, 71);
}

TEST(DrawDonors, GivesASlotTheSameDonorWhateverElseIsDrawn) {
  const std::vector<int64_t> excluded = {17};
  const DonorDraw draw = DrawFrom(1000, excluded);
  ASSERT_OK_AND_ASSIGN(const std::vector<int64_t> all,
                       DrawDonors(draw, Slots(49)));
  ASSERT_OK_AND_ASSIGN(const std::vector<int64_t> some,
                       DrawDonors(draw, {3, 48, 20}));
  EXPECT_EQ(some, (std::vector<int64_t>{all[3], all[48], all[20]}));
}

TEST(DrawDonors, DependsOnSeedVariantAndId) {
  const std::vector<int64_t> excluded = {17};
  const DonorDraw draw = DrawFrom(1000, excluded);
  DonorDraw seed = draw;
  seed.seed = 6;
  DonorDraw variant = draw;
  variant.variant = 1;
  DonorDraw id = draw;
  id.id = "other";
  ASSERT_OK_AND_ASSIGN(const std::vector<int64_t> donors,
                       DrawDonors(draw, Slots(20)));
  for (const DonorDraw& other : {seed, variant, id}) {
    ASSERT_OK_AND_ASSIGN(const std::vector<int64_t> others,
                         DrawDonors(other, Slots(20)));
    EXPECT_NE(donors, others);
  }
}

TEST(DrawDonors, SaysWhenNoImageIsLeft) {
  const std::vector<int64_t> all = {0, 1, 2};
  EXPECT_THAT(DrawDonors(DrawFrom(3, all), {0}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("--donors=any")));
  DonorDraw draw = DrawFrom(1);
  EXPECT_THAT(DrawDonors(draw, {0}), IsOkAndHolds(std::vector<int64_t>{0}));
  draw.is_self = [](int64_t) { return true; };
  EXPECT_THAT(
      DrawDonors(draw, {0}),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("\"photo\"")));
}

TEST(DrawDonors, PassesOnTheErrorOfIsSelf) {
  DonorDraw draw = DrawFrom(2);
  draw.is_self = [](int64_t) -> absl::StatusOr<bool> {
    return absl::DataLossError("damaged");
  };
  EXPECT_THAT(DrawDonors(draw, {0}), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(ParseDonorRule, ReadsWhatToStringWrites) {
  for (const DonorRule rule : {DonorRule::kAny, DonorRule::kOtherClass}) {
    EXPECT_THAT(ParseDonorRule(ToString(rule)), IsOkAndHolds(rule));
  }
  EXPECT_THAT(ParseDonorRule("same"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace maskfill
