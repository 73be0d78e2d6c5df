#include "mask_tool/patch_masks.h"

#include <vector>

#include "absl/status/status.h"
#include "core/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

PatchGrid TwoByTwo() { return PatchGrid{.rows = 2, .cols = 2}; }

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
