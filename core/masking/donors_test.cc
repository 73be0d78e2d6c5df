#include "core/masking/donors.h"

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

DonorDraw DrawFor(int64_t position, int64_t num_images) {
  DonorDraw draw;
  draw.seed = 5;
  draw.id = "photo";
  draw.position = position;
  draw.num_images = num_images;
  return draw;
}

std::vector<int64_t> Slots(int64_t count) {
  std::vector<int64_t> slots(static_cast<size_t>(count));
  std::iota(slots.begin(), slots.end(), 0);
  return slots;
}

TEST(DrawDonors, NeverDrawsTheImageItself) {
  for (int64_t position = 0; position < 3; ++position) {
    ASSERT_OK_AND_ASSIGN(const std::vector<int64_t> donors,
                         DrawDonors(DrawFor(position, 3), Slots(1000)));
    std::vector<int> drawn(3, 0);
    for (const int64_t donor : donors) ++drawn[static_cast<size_t>(donor)];
    EXPECT_EQ(drawn[static_cast<size_t>(position)], 0);
    for (int64_t other = 0; other < 3; ++other) {
      // Binomial(1000, 1/2): standard deviation 15.8; five of them.
      if (other != position) {
        EXPECT_NEAR(drawn[static_cast<size_t>(other)], 500, 80);
      }
    }
  }
}

TEST(DrawDonors, DrawsTheImageItselfWhenAllowed) {
  DonorDraw draw = DrawFor(1, 3);
  draw.allow_self = true;
  ASSERT_OK_AND_ASSIGN(const std::vector<int64_t> donors,
                       DrawDonors(draw, Slots(1000)));
  // Binomial(1000, 1/3): standard deviation 14.9; five of them.
  EXPECT_NEAR(std::count(donors.begin(), donors.end(), 1), 333, 75);
}

TEST(DrawDonors, GivesASlotTheSameDonorWhateverElseIsDrawn) {
  const DonorDraw draw = DrawFor(17, 1000);
  ASSERT_OK_AND_ASSIGN(const std::vector<int64_t> all,
                       DrawDonors(draw, Slots(49)));
  ASSERT_OK_AND_ASSIGN(const std::vector<int64_t> some,
                       DrawDonors(draw, {3, 48, 20}));
  EXPECT_EQ(some, (std::vector<int64_t>{all[3], all[48], all[20]}));
}

TEST(DrawDonors, DependsOnSeedVariantAndId) {
  const DonorDraw draw = DrawFor(17, 1000);
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

TEST(DrawDonors, DrawsAgainWhatIsNotAccepted) {
  DonorDraw draw = DrawFor(0, 10);
  draw.accepts = [](int64_t position) { return position % 2 == 1; };
  ASSERT_OK_AND_ASSIGN(const std::vector<int64_t> donors,
                       DrawDonors(draw, Slots(500)));
  std::vector<int> drawn(10, 0);
  for (const int64_t donor : donors) ++drawn[static_cast<size_t>(donor)];
  for (int position = 0; position < 10; ++position) {
    // Binomial(500, 1/5): standard deviation 8.9; five of them.
    EXPECT_NEAR(drawn[static_cast<size_t>(position)],
                position % 2 == 1 ? 100 : 0, position % 2 == 1 ? 45 : 0);
  }
}

TEST(DrawDonors, FindsTheOnlyAcceptableImageOfMany) {
  DonorDraw draw = DrawFor(3, 100000);
  draw.accepts = [](int64_t position) { return position == 77777; };
  EXPECT_THAT(DrawDonors(draw, {0}), IsOkAndHolds(std::vector<int64_t>{77777}));
}

TEST(DrawDonors, SaysWhenNoImageIsAcceptable) {
  DonorDraw draw = DrawFor(3, 50);
  draw.accepts = [](int64_t) { return false; };
  EXPECT_THAT(DrawDonors(draw, {0}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("--donors=any")));
}

TEST(DrawDonors, SaysWhenTheImageIsAlone) {
  EXPECT_THAT(
      DrawDonors(DrawFor(0, 1), {0}),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("only image")));
  DonorDraw draw = DrawFor(0, 1);
  draw.allow_self = true;
  EXPECT_THAT(DrawDonors(draw, {0}), IsOkAndHolds(std::vector<int64_t>{0}));
}

TEST(DrawDonors, PassesOnTheErrorOfAccepts) {
  DonorDraw draw = DrawFor(0, 2);
  draw.accepts = [](int64_t) -> absl::StatusOr<bool> {
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
