#include "core/record/feature_values.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <typename Stored>
v1::FeatureRecord Record(const std::string& dtype,
                         const std::vector<Stored>& values) {
  v1::FeatureRecord record;
  record.set_dtype(dtype);
  v1::FeatureVector& vector = *record.add_features();
  vector.set_dim(static_cast<int32_t>(values.size()));
  vector.set_values(values.data(), values.size() * sizeof(Stored));
  return record;
}

TEST(FeatureValues, ReadsHalfPrecision) {
  // 0x3C00 is 1, 0xC100 is -2.5 = -(1 + 256/1024) * 2, 0x7BFF is the greatest,
  // 0x0400 the least normal number, 0x03FF the greatest and 0x0001 the least
  // below it.
  EXPECT_THAT(
      FeatureValues(Record<uint16_t>("float16", {0x3C00, 0xC100, 0x7BFF, 0x0400,
                                                 0x03FF, 0x0001, 0x8000}),
                    0),
      IsOkAndHolds(ElementsAre(1.0f, -2.5f, 65504.0f, std::ldexp(1.0f, -14),
                               std::ldexp(1023.0f, -24), std::ldexp(1.0f, -24),
                               -0.0f)));
  for (const uint16_t bad : {0x7C00, 0xFC00, 0x7E00}) {
    EXPECT_THAT(FeatureValues(Record<uint16_t>("float16", {0, bad}), 0),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("as value 1")));
  }
}

TEST(FeatureValues, GivesEveryHalfOnceInTheOrderOfItsBits) {
  float last = -1;
  for (uint16_t bits = 0; bits < 0x7C00; ++bits) {
    ASSERT_OK_AND_ASSIGN(const std::vector<float> values,
                         FeatureValues(Record<uint16_t>("float16", {bits}), 0));
    ASSERT_GT(values[0], last) << bits;
    last = values[0];
  }
}

TEST(FeatureValues, TakesTheCheckpointsOwnVector) {
  v1::FeatureRecord record = Record<float>("float32", {1.5f, -2.0f});
  *record.add_features() = Record<float>("float32", {4.0f}).features(0);
  EXPECT_THAT(FeatureValues(record, 0), IsOkAndHolds(ElementsAre(1.5f, -2.0f)));
  EXPECT_THAT(FeatureValues(record, 1), IsOkAndHolds(ElementsAre(4.0f)));
  EXPECT_THAT(FeatureValues(record, 2),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("of 2 checkpoints, expected 3 or more")));
}

TEST(FeatureValues, RefusesWhatDoesNotFit) {
  v1::FeatureRecord cut = Record<float>("float32", {1.5f, -2.0f});
  cut.mutable_features(0)->mutable_values()->pop_back();
  EXPECT_THAT(FeatureValues(cut, 0),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("has 7 bytes, expected 2 values of 4")));
  EXPECT_THAT(FeatureValues(Record<float>("bfloat16", {1.0f}), 0),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("bfloat16")));
  EXPECT_THAT(FeatureValues(Record<float>("float32", {}), 0),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace maskfill
