#include "spurious_shapes/drawing/styles.h"

#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

constexpr int64_t kPixels = 56 * 56;

// A picture whose left half is object and whose column 27 is outline, on a
// texture of upper 1 and lower 0.
std::vector<float> PaintHalves(Style style, const Drawing& drawing,
                               const Nuisances& nuisances) {
  std::vector<float> texture(kPixels);
  std::vector<float> coverage(kPixels);
  std::vector<float> outline(kPixels);
  for (int64_t p = 0; p < kPixels; ++p) {
    texture[p] = p / 56 < 28 ? 1 : 0;
    coverage[p] = p % 56 < 28 ? 1 : 0;
    outline[p] = p % 56 == 27 ? 1 : 0;
  }
  std::vector<float> fill(kPixels);
  std::vector<float> planes(3 * kPixels);
  Paint(style, drawing, nuisances, PoseOf(nuisances), PixelGrid{56},
        {texture.data(), coverage.data(), outline.data()}, &fill,
        planes.data());
  return planes;
}

float At(const std::vector<float>& planes, int channel, int y, int x) {
  return planes[channel * kPixels + y * 56 + x];
}

Drawing PlainDrawing() {
  Drawing drawing;
  drawing.palette.object = {{0.8f, 0.2f, 0.4f}};
  drawing.palette.background_at_0 = {{0.1f, 0.2f, 0.3f}};
  drawing.palette.background_at_1 = {{0.5f, 0.6f, 0.7f}};
  drawing.silhouette = 0.1f;
  drawing.stencil_back = 0.7f;
  drawing.tint = {{1, 0.5f, 0.8f}};
  drawing.paper = 0.9f;
  drawing.ink = 0.1f;
  return drawing;
}

TEST(Styles, PhotoShowsObjectAndTextureColours) {
  const std::vector<float> planes =
      PaintHalves(Style::kPhoto, PlainDrawing(), Nuisances());
  EXPECT_NEAR(At(planes, 0, 10, 10), 0.8f, 1e-6);
  EXPECT_NEAR(At(planes, 2, 10, 10), 0.4f, 1e-6);
  EXPECT_NEAR(At(planes, 0, 10, 40), 0.5f, 1e-6);  // texture 1
  EXPECT_NEAR(At(planes, 0, 40, 40), 0.1f, 1e-6);  // texture 0
}

TEST(Styles, PhotoFadesAnObjectIntoItsBackgroundsMean) {
  Nuisances nuisances;
  nuisances.object_contrast = 0.6f;
  const std::vector<float> planes =
      PaintHalves(Style::kPhoto, PlainDrawing(), nuisances);
  // 0.6 * 0.8 + 0.4 * (0.1 + 0.5) / 2.
  EXPECT_NEAR(At(planes, 0, 10, 10), 0.6f, 1e-6);
}

TEST(Styles, PhotoIsBrighterTowardsTheLight) {
  Nuisances nuisances;
  nuisances.light = 0.3f;
  const std::vector<float> planes =
      PaintHalves(Style::kPhoto, PlainDrawing(), nuisances);  // from the right
  EXPECT_LT(At(planes, 0, 10, 5), At(planes, 0, 10, 20));
  EXPECT_LT(At(planes, 0, 10, 30), At(planes, 0, 10, 50));
}

TEST(Styles, SketchIsGreyWithDarkOutline) {
  const std::vector<float> planes =
      PaintHalves(Style::kSketch, PlainDrawing(), Nuisances());
  for (int64_t p = 0; p < kPixels; ++p) {
    EXPECT_EQ(planes[p], planes[kPixels + p]);
    EXPECT_EQ(planes[p], planes[2 * kPixels + p]);
  }
  EXPECT_NEAR(At(planes, 0, 10, 27), 0.1f, 1e-6);   // ink
  EXPECT_NEAR(At(planes, 0, 10, 10), 0.84f, 1e-6);  // paper - 0.06
  EXPECT_NEAR(At(planes, 0, 40, 40), 0.9f, 1e-6);   // paper
  // Hatching: 0.9 - 0.55 * (0.9 - 0.1).
  EXPECT_NEAR(At(planes, 0, 10, 40), 0.46f, 1e-6);
}

TEST(Styles, CartoonIsFlatWithBlackOutlineOnLightTones) {
  const std::vector<float> planes =
      PaintHalves(Style::kCartoon, PlainDrawing(), Nuisances());
  EXPECT_NEAR(At(planes, 0, 10, 10), 0.8f, 1e-6);
  EXPECT_NEAR(At(planes, 1, 10, 27), 0.05f, 1e-6);
  EXPECT_NEAR(At(planes, 0, 10, 40), 0.35f + 0.65f * 0.5f, 1e-6);
  EXPECT_NEAR(At(planes, 0, 40, 40), 0.35f + 0.65f * 0.1f, 1e-6);
}

TEST(Styles, StencilIsATintedSilhouette) {
  const std::vector<float> planes =
      PaintHalves(Style::kStencil, PlainDrawing(), Nuisances());
  EXPECT_NEAR(At(planes, 0, 10, 10), 0.1f, 1e-6);
  EXPECT_NEAR(At(planes, 1, 10, 10), 0.05f, 1e-6);
  EXPECT_NEAR(At(planes, 0, 10, 40), 0.7f + 0.175f, 1e-6);
  EXPECT_NEAR(At(planes, 0, 40, 40), 0.7f - 0.175f, 1e-6);
}

TEST(Styles, PatternsAppearInTheirProportions) {
  int counts[5] = {0, 0, 0, 0, 0};
  for (uint64_t k = 0; k < 2000; ++k) {
    CounterRng rng(1, "test", k, "");
    ++counts[static_cast<int>(SampleDrawing(Colour::kRed, &rng).fill)];
  }
  // 50, 20, 10, 10, 10 %: four deviations are 89, 72 and 54.
  EXPECT_NEAR(counts[static_cast<int>(Fill::kSolid)], 1000, 89);
  EXPECT_NEAR(counts[static_cast<int>(Fill::kGradient)], 400, 72);
  EXPECT_NEAR(counts[static_cast<int>(Fill::kStripes)], 200, 54);
  EXPECT_NEAR(counts[static_cast<int>(Fill::kDots)], 200, 54);
  EXPECT_NEAR(counts[static_cast<int>(Fill::kNoise)], 200, 54);
}

TEST(Styles, EveryPatternMixesTheTwoObjectColours) {
  for (const Fill fill :
       {Fill::kGradient, Fill::kStripes, Fill::kDots, Fill::kNoise}) {
    Drawing drawing = PlainDrawing();
    drawing.fill = fill;
    drawing.fill_seed = 3;
    drawing.palette.object = {{0.8f, 0.8f, 0.8f}};
    drawing.palette.object_pattern = {{0.2f, 0.2f, 0.2f}};
    Nuisances nuisances;
    nuisances.radius = 1;
    const std::vector<float> planes =
        PaintHalves(Style::kPhoto, drawing, nuisances);
    bool light = false;
    bool dark = false;
    for (int y = 0; y < 56; ++y) {
      for (int x = 0; x < 28; ++x) {
        light |= At(planes, 0, y, x) > 0.65f;
        dark |= At(planes, 0, y, x) < 0.52f;
      }
    }
    EXPECT_TRUE(light && dark) << static_cast<int>(fill);
  }
}

}  // namespace
}  // namespace maskfill
