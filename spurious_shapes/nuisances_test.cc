#include "spurious_shapes/nuisances.h"

#include <algorithm>
#include <cmath>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

void ExpectWithin(float value, float low, float high) {
  EXPECT_GE(value, low);
  EXPECT_LE(value, high);
}

TEST(Nuisances, StayWithinTheRangesOfTheirProfile) {
  for (int i = 0; i < kNumProfiles; ++i) {
    const Profile profile = static_cast<Profile>(i);
    const NuisanceRanges& r = RangesOf(profile);
    for (uint64_t k = 0; k < 200; ++k) {
      CounterRng rng(1, "test", k, "");
      const Nuisances n = SampleNuisances(profile, &rng);
      ExpectWithin(n.radius, r.radius.low, r.radius.high);
      ExpectWithin(std::fabs(n.rotation), 0, r.max_rotation);
      ExpectWithin(std::fabs(n.centre_x), 0, r.max_offset);
      ExpectWithin(std::fabs(n.centre_y), 0, r.max_offset);
      ExpectWithin(std::fabs(n.log_aspect), 0, r.max_log_aspect);
      ExpectWithin(std::fabs(n.shear), 0, r.max_shear);
      ExpectWithin(n.noise, 0, r.max_noise);
      ExpectWithin(n.blur, 0, r.max_blur);
      ExpectWithin(n.light, 0, r.max_light);
      ExpectWithin(n.background_contrast, r.background_contrast.low,
                   r.background_contrast.high);
      ExpectWithin(n.object_contrast, r.object_contrast.low,
                   r.object_contrast.high);
    }
  }
}

TEST(Nuisances, FillTheirRanges) {
  float least = 1;
  float most = 0;
  for (uint64_t k = 0; k < 1000; ++k) {
    CounterRng rng(1, "test", k, "");
    const Nuisances n = SampleNuisances(Profile::kId, &rng);
    least = std::min(least, n.radius);
    most = std::max(most, n.radius);
  }
  // 0.54 to 0.84: the extremes of 1000 draws miss an end by 0.0003 on average.
  EXPECT_NEAR(least, 0.54f, 0.003f);
  EXPECT_NEAR(most, 0.84f, 0.003f);
}

TEST(Nuisances, TurnPicturesOverOnlyWhereDefined) {
  EXPECT_NEAR(RangesOf(Profile::kObjectNet).max_rotation, M_PI, 1e-6);
  EXPECT_NEAR(RangesOf(Profile::kA).max_rotation, M_PI, 1e-6);
  EXPECT_FLOAT_EQ(RangesOf(Profile::kId).max_rotation, 0.45f);
}

}  // namespace
}  // namespace maskfill
