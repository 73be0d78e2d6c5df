#include "core/masking/patch_masks.h"

#include <cmath>
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

TEST(MakeMask, TakesTheKindThatWasAskedFor) {
  const std::vector<float> relevance = {0.2f, 0.5f, 0.75f, 1.0f};
  MaskOptions options = {.threshold = 0.5, .rate = 0.4};
  const auto make = [&](MaskKind kind) {
    options.kind = kind;
    return MakeMask(options, TwoByTwo(), relevance, 7, 1, "a");
  };
  EXPECT_EQ(make(MaskKind::kObject), ObjectMask(TwoByTwo(), relevance, 0.5f));
  EXPECT_EQ(make(MaskKind::kContext), ContextMask(TwoByTwo(), relevance, 0.5f));
  EXPECT_EQ(make(MaskKind::kRandom),
            RandomMask(TwoByTwo(), MaskUniforms(7, 1, "a", 4), 0.4f));
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

}  // namespace
}  // namespace maskfill
