#include "core/masking/patch_masks.h"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

PatchGrid TwoByTwo() { return PatchGrid{.rows = 2, .cols = 2}; }

v1::CamRecord CamOfBytes(const std::string& bytes) {
  v1::CamRecord cam;
  cam.set_id("photo");
  cam.set_grid_height(1);
  cam.set_grid_width(2);
  cam.set_relevance(bytes);
  return cam;
}

TEST(ObjectMask, TakesWhatIsStrictlyAboveTheThreshold) {
  const std::vector<float> relevance = {0.2f, 0.5f, 0.75f, 1.0f};
  EXPECT_THAT(ObjectMask(TwoByTwo(), relevance, 0.5f).MaskedPatches(),
              ElementsAre(2, 3));
}

TEST(ObjectMask, ComparesWithTheThresholdRoundedToFloat) {
  // The double 0.3 is 0.299999999999999989, the float 0.300000012: a relevance
  // of exactly that float is above the one and equal to the other.
  const std::vector<float> relevance = {0.3f, std::nextafter(0.3f, 1.0f),
                                        std::nextafter(0.3f, 0.0f), 0.0f};
  EXPECT_THAT(ObjectMask(TwoByTwo(), relevance, static_cast<float>(0.3))
                  .MaskedPatches(),
              ElementsAre(1));
}

TEST(ContextMask, TakesWhatIsAtMostTheThreshold) {
  const std::vector<float> relevance = {0.2f, 0.5f, 0.75f, 1.0f};
  EXPECT_THAT(ContextMask(TwoByTwo(), relevance, 0.5f).MaskedPatches(),
              ElementsAre(0, 1));
}

// Ten patches in a row.
PatchGrid Row() { return PatchGrid{.rows = 1, .cols = 10}; }
const std::vector<float> kTen = {0.4f, 0.1f, 0.9f, 0.4f, 0.0f,
                                 1.0f, 0.4f, 0.2f, 0.8f, 0.3f};

TEST(ObjectMask, OfAPercentileTakesWhatIsAboveTheImagesOwn) {
  const auto masked = [](double percentile) {
    const RelevanceCut cut = {RelevanceCutKind::kPercentile, percentile};
    const PatchMask object = ObjectMask(Row(), kTen, cut, {});
    EXPECT_EQ(ContextMask(Row(), kTen, cut, {}), object.Complement());
    return object.MaskedPatches();
  };
  // Ascending: 0 .1 .2 .3 .4 .4 .4 .8 .9 1. Rank floor(9 * 0.7) = 6 is 0.4,
  // rank 9 * 0.8 = 7.2 is 0.8; all 0.4 are on one side of it.
  EXPECT_THAT(masked(70), ElementsAre(2, 5, 8));
  EXPECT_THAT(masked(80), ElementsAre(2, 5));
  EXPECT_THAT(masked(50), ElementsAre(2, 5, 8));
  EXPECT_THAT(masked(0), ElementsAre(0, 1, 2, 3, 5, 6, 7, 8, 9));
  EXPECT_THAT(masked(100), ElementsAre());
}

// Of the 0.4 at 0, 3 and 6 the last comes first, then the first.
const std::vector<float> kDraw = {0.5f, 0.0f, 0.0f, 0.6f, 0.0f,
                                  0.0f, 0.1f, 0.0f, 0.0f, 0.0f};

TEST(ObjectMask, OfATargetRatioTakesThatManyAndOfEqualsTheFirstDrawn) {
  const auto masked = [](double ratio) {
    return ObjectMask(Row(), kTen, {RelevanceCutKind::kTargetRatio, ratio},
                      kDraw)
        .MaskedPatches();
  };
  EXPECT_THAT(masked(0.5), ElementsAre(0, 2, 5, 6, 8));
  // 0.45 * 10 = 4.5, halves up; 0.44 * 10 = 4.4.
  EXPECT_EQ(masked(0.45).size(), 5u);
  EXPECT_THAT(masked(0.44), ElementsAre(2, 5, 6, 8));
  EXPECT_EQ(masked(0).size(), 0u);
  EXPECT_EQ(masked(1).size(), 10u);
}

TEST(ContextMask, OfATargetRatioTakesTheLeastRelevantAndOfEqualsTheLastDrawn) {
  const auto masked = [](double ratio) {
    return ContextMask(Row(), kTen, {RelevanceCutKind::kTargetRatio, ratio},
                       kDraw)
        .MaskedPatches();
  };
  EXPECT_THAT(masked(0.5), ElementsAre(1, 3, 4, 7, 9));
  EXPECT_THAT(masked(0.6), ElementsAre(0, 1, 3, 4, 7, 9));
  EXPECT_EQ(masked(0).size(), 0u);
  EXPECT_EQ(masked(1).size(), 10u);
}

// As of a map that is 0 everywhere, where place would decide.
TEST(MakeMask, OfATargetRatioTakesEquallyRelevantPatchesAnywhere) {
  const std::vector<float> relevance(10, 0.0f);
  MaskOptions options = {.cut = {RelevanceCutKind::kTargetRatio, 0.3}};
  std::vector<int> masked(10, 0);
  for (int image = 0; image < 1000; ++image) {
    const std::string id = absl::StrCat("photo-", image);
    options.kind = MaskKind::kObject;
    const PatchMask object = MakeMask(options, Row(), relevance, 7, 0, id);
    EXPECT_EQ(object, MakeMask(options, Row(), relevance, 7, 1, id));
    options.kind = MaskKind::kContext;
    const PatchMask context = MakeMask(options, Row(), relevance, 7, 0, id);
    ASSERT_EQ(object.count(), 3);
    ASSERT_EQ(context.count(), 3);
    for (const int64_t patch : object.MaskedPatches()) {
      EXPECT_FALSE(context.masked(patch));
      ++masked[static_cast<size_t>(patch)];
    }
  }
  // Binomial(1000, 0.3): standard deviation 14.5; five of them.
  for (const int count : masked) EXPECT_NEAR(count, 300, 73);
}

TEST(MakeMask, TakesTheKindThatWasAskedFor) {
  const std::vector<float> relevance = {0.2f, 0.5f, 0.75f, 1.0f};
  MaskOptions options = {.cut = {.value = 0.5}, .rate = 0.4};
  const auto make = [&](MaskKind kind) {
    options.kind = kind;
    return MakeMask(options, TwoByTwo(), relevance, 7, 1, "a");
  };
  EXPECT_EQ(make(MaskKind::kObject), ObjectMask(TwoByTwo(), relevance, 0.5f));
  EXPECT_EQ(make(MaskKind::kContext), ContextMask(TwoByTwo(), relevance, 0.5f));
  EXPECT_EQ(make(MaskKind::kRandom),
            RandomMask(TwoByTwo(), MaskUniforms(7, 1, "a", 4), 0.4f));
}

TEST(MakeMask, MatchesTheCountOfTheObjectMaskAndNotItsPlace) {
  const MaskOptions options = {.kind = MaskKind::kRandom,
                               .cut = {.value = 0.35},
                               .match_object_mask = true};
  std::vector<int> masked(10, 0);
  for (int64_t variant = 0; variant < 1000; ++variant) {
    const PatchMask mask = MakeMask(options, Row(), kTen, 7, variant, "a");
    // .4 .9 .4 1 .4 .8 lie above 0.35.
    ASSERT_EQ(mask.count(), 6);
    for (const int64_t patch : mask.MaskedPatches()) {
      ++masked[static_cast<size_t>(patch)];
    }
  }
  // Binomial(1000, 0.6): standard deviation 15.5; five of them.
  for (const int count : masked) EXPECT_NEAR(count, 600, 78);
}

TEST(RandomMaskOf, TakesTheLeastUniformsAndOfEqualsTheFirst) {
  EXPECT_THAT(RandomMaskOf(Row(), kTen, 5).MaskedPatches(),
              ElementsAre(0, 1, 4, 7, 9));
}

TEST(RelevanceFromRecord, ReadsLittleEndianFloats) {
  // 0.5f = 0x3f000000, 1.0f = 0x3f800000.
  EXPECT_THAT(
      RelevanceFromRecord(CamOfBytes(std::string("\0\0\0\x3f\0\0\x80\x3f", 8))),
      IsOkAndHolds(ElementsAre(0.5f, 1.0f)));
}

TEST(RelevanceFromRecord, RejectsALengthThatDoesNotFitTheGrid) {
  for (const size_t size : {0u, 4u, 7u, 9u, 12u}) {
    EXPECT_THAT(RelevanceFromRecord(CamOfBytes(std::string(size, '\0'))),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("photo")));
  }
  v1::CamRecord cam = CamOfBytes("");
  cam.set_grid_height(0);
  EXPECT_THAT(RelevanceFromRecord(cam), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(RelevanceFromRecord, RejectsValuesOutOfRange) {
  // 2.0f = 0x40000000, -1.0f = 0xbf800000, NaN = 0x7fc00000.
  for (const char* bytes : {"\0\0\0\x40", "\0\0\x80\xbf", "\0\0\xc0\x7f"}) {
    EXPECT_THAT(RelevanceFromRecord(
                    CamOfBytes(std::string(4, '\0') + std::string(bytes, 4))),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("patch 1")));
  }
}

TEST(RandomMask, TakesUniformsBelowTheRate) {
  const std::vector<float> uniforms = {0.0f, 0.49f, 0.5f, 0.99f};
  EXPECT_THAT(RandomMask(TwoByTwo(), uniforms, 0.5f).MaskedPatches(),
              ElementsAre(0, 1));
  EXPECT_EQ(RandomMask(TwoByTwo(), uniforms, 0.0f).count(), 0);
  EXPECT_EQ(RandomMask(TwoByTwo(), uniforms, 1.0f).count(), 4);
}

TEST(MaskUniforms, DependOnSeedVariantAndIdAlone) {
  const std::vector<float> once = MaskUniforms(1, 0, "a", 49);
  EXPECT_EQ(once, MaskUniforms(1, 0, "a", 49));
  EXPECT_NE(once, MaskUniforms(2, 0, "a", 49));
  EXPECT_NE(once, MaskUniforms(1, 1, "a", 49));
  EXPECT_NE(once, MaskUniforms(1, 0, "b", 49));
}

TEST(MaskUniforms, MaskTheShareThatTheRateAsksFor) {
  const std::vector<float> uniforms = MaskUniforms(7, 0, "photo", 10000);
  const PatchGrid grid{.rows = 100, .cols = 100};
  // Binomial(10000, 0.25): standard deviation 43.3; five of them.
  EXPECT_NEAR(RandomMask(grid, uniforms, 0.25f).count(), 2500, 217);
}

TEST(ParseMaskKind, ReadsWhatToStringWrites) {
  for (const MaskKind kind :
       {MaskKind::kObject, MaskKind::kContext, MaskKind::kRandom}) {
    EXPECT_THAT(ParseMaskKind(ToString(kind)), IsOkAndHolds(kind));
  }
  EXPECT_THAT(ParseMaskKind("objects"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("\"objects\", expected object, context")));
}

// 16 patches at 0.7 keep int(16 * (1 - 0.7)) = int(4.8) = 4.
TEST(MakeMask, OfEqualCountsKeepsTheRatesShareOfEveryImage) {
  const PatchGrid grid = *PatchGrid::ForImage(32, 32, 8);
  MaskOptions options;
  options.kind = MaskKind::kRandom;
  options.rate = 0.7;
  options.equal_counts = true;
  std::set<std::string> masks;
  for (const char* id : {"a", "b", "c", "d"}) {
    const PatchMask mask = MakeMask(options, grid, {}, 1, 0, id);
    EXPECT_EQ(mask.count(), 12);
    masks.insert(mask.ToBytes());
    // Those of the least numbers: a lower rate masks a subset.
    options.rate = 0.3;
    const PatchMask fewer = MakeMask(options, grid, {}, 1, 0, id);
    EXPECT_EQ(fewer.count(), 5);  // keeps int(11.2)
    for (const int64_t patch : fewer.MaskedPatches()) {
      EXPECT_TRUE(mask.masked(patch));
    }
    options.rate = 0.7;
  }
  EXPECT_EQ(masks.size(), 4);
}

}  // namespace
}  // namespace maskfill
