#include "spurious_shapes/drawing/rasterizer.h"

#include <cmath>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

constexpr int64_t kPixels = 56 * 56;

struct Drawn {
  std::vector<float> coverage = std::vector<float>(kPixels);
  std::vector<float> outline = std::vector<float>(kPixels);
  float At(int y, int x) const { return coverage[y * 56 + x]; }
  float OutlineAt(int y, int x) const { return outline[y * 56 + x]; }
};

Drawn Draw(Shape shape, const Nuisances& nuisances, int outline_samples) {
  Rasterizer rasterizer(PixelGrid{56});
  Drawn drawn;
  rasterizer.Draw(shape, PoseOf(nuisances), outline_samples,
                  drawn.coverage.data(), drawn.outline.data());
  return drawn;
}

double Sum(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST(Rasterizer, DrawsAnUprightSquareInTheMiddle) {
  Nuisances nuisances;
  nuisances.radius = 20.0f / 28 / 0.72f;  // half side 20 px
  const Drawn drawn = Draw(Shape::kSquare, nuisances, 0);
  EXPECT_EQ(drawn.At(8, 8), 1);  // the square is [8, 48)
  EXPECT_EQ(drawn.At(47, 47), 1);
  EXPECT_EQ(drawn.At(7, 20), 0);
  EXPECT_EQ(drawn.At(20, 48), 0);
  EXPECT_EQ(Sum(drawn.coverage), 40 * 40);
  EXPECT_EQ(Sum(drawn.outline), 0);
}

TEST(Rasterizer, OutlineIsInsideAndAsWideAsAsked) {
  Nuisances nuisances;
  nuisances.radius = 20.0f / 28 / 0.72f;
  const Drawn drawn = Draw(Shape::kSquare, nuisances, 2);  // 1 px
  EXPECT_EQ(drawn.OutlineAt(8, 20), 1);
  EXPECT_EQ(drawn.OutlineAt(9, 20), 0);
  EXPECT_EQ(drawn.OutlineAt(7, 20), 0);
  EXPECT_EQ(Sum(drawn.outline), 4 * 39);
}

TEST(Rasterizer, OutlineStopsWhereThePictureCutsTheShape) {
  Nuisances nuisances;
  nuisances.radius = 1;
  nuisances.centre_x = 1;  // the right half lies outside
  const Drawn drawn = Draw(Shape::kSquare, nuisances, 3);
  EXPECT_EQ(drawn.At(28, 55), 1);
  EXPECT_EQ(drawn.OutlineAt(28, 55), 0);
}

TEST(Rasterizer, AreaFollowsPoseAndIgnoresRotationAndShear) {
  for (const float rotation : {0.0f, 0.7f, 3.0f}) {
    Nuisances nuisances;
    nuisances.radius = 0.6f;
    nuisances.rotation = rotation;
    nuisances.log_aspect = 0.15f;  // one way stretched, the other squeezed
    nuisances.shear = 0.15f;
    const double radius = 0.6 * 28;
    // pi (0.9^2 - 0.5^2) r^2; samples on the outline: 1 %.
    const double area = M_PI * (.81 - .25) * radius * radius;
    EXPECT_NEAR(Sum(Draw(Shape::kRing, nuisances, 0).coverage), area,
                area / 100);
  }
}

TEST(Rasterizer, RotatesClockwise) {
  Nuisances nuisances;
  nuisances.radius = 0.8f;
  nuisances.rotation = static_cast<float>(M_PI) / 2;
  const Drawn drawn = Draw(Shape::kArrow, nuisances, 0);  // now down
  EXPECT_EQ(drawn.At(8, 34), 1);   // the shaft's upper end
  EXPECT_EQ(drawn.At(47, 34), 0);  // beside the tip
}

TEST(Rasterizer, CoverageIsInQuartersForEveryShape) {
  Nuisances nuisances;
  nuisances.radius = 0.7f;
  nuisances.rotation = 0.4f;
  for (int i = 0; i < kNumShapes; ++i) {
    const Drawn drawn = Draw(static_cast<Shape>(i), nuisances, 3);
    for (int64_t p = 0; p < kPixels; ++p) {
      EXPECT_EQ(drawn.coverage[p] * 4, std::round(drawn.coverage[p] * 4));
      EXPECT_LE(drawn.outline[p], drawn.coverage[p]);
    }
  }
}

TEST(Rasterizer, LeavesNothingOfTheShapeBefore) {
  Rasterizer rasterizer(PixelGrid{56});
  Drawn first;
  Drawn again;
  Nuisances large;
  large.radius = 0.9f;
  Nuisances small;
  small.radius = 0.3f;
  rasterizer.Draw(Shape::kCircle, PoseOf(small), 3, first.coverage.data(),
                  first.outline.data());
  rasterizer.Draw(Shape::kSquare, PoseOf(large), 3, again.coverage.data(),
                  again.outline.data());
  rasterizer.Draw(Shape::kCircle, PoseOf(small), 3, again.coverage.data(),
                  again.outline.data());
  EXPECT_EQ(first.coverage, again.coverage);
  EXPECT_EQ(first.outline, again.outline);
}

}  // namespace
}  // namespace maskfill
