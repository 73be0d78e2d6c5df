#include "core/metrics/logit_vector.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(LogitVector, KeepsDistancesToTheLargest) {
  const v1::LogitVector vector = ToLogitVector({20.125f, 30.5f, 30.25f});
  EXPECT_EQ(vector.largest(), 30.5f);
  // 0.25 is 0x3400, 10.375 = 1.296875 * 2^3 is 0x4930; signs set.
  EXPECT_EQ(vector.below_largest(), std::string("\x30\xc9\x00\x00\x00\xb4", 6));
  std::vector<float> logits;
  ASSERT_OK(FromLogitVector(vector, 3, &logits));
  EXPECT_THAT(logits, ElementsAre(20.125f, 30.5f, 30.25f));
}

TEST(LogitVector, IsExactToAPartInTwoThousandOfTheDistance) {
  std::vector<float> logits;
  for (int i = 0; i < 1000; ++i) logits.push_back(25 * std::sin(0.7f * i));
  const v1::LogitVector vector = ToLogitVector(logits);
  std::vector<float> read;
  ASSERT_OK(FromLogitVector(vector, 1000, &read));
  for (size_t c = 0; c < 1000; ++c) {
    EXPECT_NEAR(read[c], logits[c],
                (vector.largest() - logits[c]) / 2048 + 4e-6);
  }
}

TEST(LogitVector, HoldsLogitsThatAreFarApart) {
  std::vector<float> logits;
  ASSERT_OK(FromLogitVector(ToLogitVector({1e6f, -1e6f}), 2, &logits));
  EXPECT_THAT(logits, ElementsAre(1e6f, 1e6f - 65504));
}

TEST(LogitVector, RefusesWhatIsNone) {
  std::vector<float> logits;
  const v1::LogitVector good = ToLogitVector({1, 2});
  EXPECT_THAT(FromLogitVector(good, 3, &logits),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("4 bytes of logits, expected 6")));
  v1::LogitVector bad = good;
  for (const char* half : {"\x01\x00", "\x00\xfc", "\x01\xfe"}) {
    bad.set_below_largest(std::string(half, 2) + std::string(2, '\0'));
    EXPECT_THAT(FromLogitVector(bad, 2, &logits),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  bad = good;
  bad.set_largest(std::numeric_limits<float>::infinity());
  EXPECT_THAT(FromLogitVector(bad, 2, &logits),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(HalfFeatures, AreLittleEndian) {
  const v1::FeatureVector vector = ToHalfFeatures({1, -2});
  EXPECT_EQ(vector.dim(), 2);
  EXPECT_EQ(vector.values(), std::string("\x00\x3c\x00\xc0", 4));
}

}  // namespace
}  // namespace maskfill
