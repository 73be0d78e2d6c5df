#include "spurious_shapes/drawing/shapes.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

constexpr int kSide = 400;

// Inside or not on a grid over [-1.2, 1.2]^2.
std::vector<uint8_t> Raster(Shape shape) {
  std::vector<float> x;
  std::vector<float> y;
  for (int i = 0; i < kSide * kSide; ++i) {
    x.push_back(-1.2f + 2.4f * (i % kSide + 0.5f) / kSide);
    y.push_back(-1.2f + 2.4f * (i / kSide + 0.5f) / kSide);
  }
  std::vector<uint8_t> inside(x.size());
  TestInside(shape, x.data(), y.data(), static_cast<int64_t>(x.size()),
             inside.data());
  return inside;
}

double Area(Shape shape) {
  double count = 0;
  for (const uint8_t inside : Raster(shape)) count += inside;
  return count * (2.4 / kSide) * (2.4 / kSide);
}

bool Contains(Shape shape, float x, float y) {
  uint8_t inside;
  TestInside(shape, &x, &y, 1, &inside);
  return inside != 0;
}

// Grid counts of smooth outlines are good to about 0.1 %; 1 % is asked for.
TEST(Shapes, HaveTheAreasOfTheirDefinitions) {
  EXPECT_NEAR(Area(Shape::kCircle), M_PI * .84 * .84, .02);
  EXPECT_NEAR(Area(Shape::kSquare), 1.44 * 1.44, .02);
  EXPECT_NEAR(Area(Shape::kRing), M_PI * (.9 * .9 - .5 * .5), .02);
  // Two bars of .56 x 1.84 less their common square.
  EXPECT_NEAR(Area(Shape::kCross), 2 * .56 * 1.84 - .56 * .56, .02);
  // 10 triangles between a point (1), a notch (.4) and the centre: sin(36
  // degrees) / 2 * .4 each.
  EXPECT_NEAR(Area(Shape::kStar), 10 * .5 * .4 * std::sin(M_PI / 5), .02);
  // Head: base 1.8, height .95; shaft .95 x .72.
  EXPECT_NEAR(Area(Shape::kArrow), .5 * 1.8 * .95 + .95 * .72, .02);
  // Apothem a: 2 sqrt(3) a^2.
  EXPECT_NEAR(Area(Shape::kHexagon), 2 * std::sqrt(3.0) * .76 * .76, .02);
}

TEST(Shapes, StandUpright) {
  EXPECT_TRUE(Contains(Shape::kTriangle, 0, -0.9f));
  EXPECT_FALSE(Contains(Shape::kTriangle, 0.6f, -0.6f));
  EXPECT_TRUE(Contains(Shape::kTriangle, 0.6f, 0.5f));
  EXPECT_TRUE(Contains(Shape::kStar, 0, -0.95f));
  EXPECT_FALSE(Contains(Shape::kStar, 0, 0.95f));
  EXPECT_TRUE(Contains(Shape::kArrow, 0.9f, 0));
  EXPECT_FALSE(Contains(Shape::kArrow, -0.9f, 0.5f));
  EXPECT_TRUE(Contains(Shape::kCrescent, -0.8f, 0));
  EXPECT_FALSE(Contains(Shape::kCrescent, 0.42f, 0));
  EXPECT_TRUE(Contains(Shape::kHeart, 0, 0.6f));    // its point
  EXPECT_FALSE(Contains(Shape::kHeart, 0, -0.8f));  // its cleft
}

TEST(Shapes, StarIsThatOfTheTenGon) {
  std::vector<double> px;
  std::vector<double> py;
  for (int i = 0; i < 10; ++i) {
    const double r = i % 2 == 0 ? 1 : 0.4;
    px.push_back(r * std::cos(-M_PI / 2 + i * M_PI / 5));
    py.push_back(r * std::sin(-M_PI / 2 + i * M_PI / 5));
  }
  const std::vector<uint8_t> raster = Raster(Shape::kStar);
  int different = 0;
  for (int i = 0; i < kSide * kSide; ++i) {
    const double x = -1.2 + 2.4 * (i % kSide + 0.5) / kSide;
    const double y = -1.2 + 2.4 * (i / kSide + 0.5) / kSide;
    bool inside = false;  // even-odd rule
    for (int a = 0, b = 9; a < 10; b = a++) {
      if ((py[a] > y) != (py[b] > y) &&
          x < (px[b] - px[a]) * (y - py[a]) / (py[b] - py[a]) + px[a]) {
        inside = !inside;
      }
    }
    different += inside != (raster[i] != 0);
  }
  EXPECT_LE(different, 2);  // points that rounding puts on an edge
}

TEST(Shapes, DifferPairwise) {
  std::vector<std::vector<uint8_t>> rasters;
  for (int i = 0; i < kNumShapes; ++i) {
    rasters.push_back(Raster(static_cast<Shape>(i)));
  }
  for (int a = 0; a < kNumShapes; ++a) {
    for (int b = 0; b < a; ++b) {
      int different = 0;
      for (int i = 0; i < kSide * kSide; ++i) {
        different += rasters[a][i] != rasters[b][i];
      }
      // 3 % of the square; circle and hexagon are closest.
      EXPECT_GT(different, kSide * kSide * 3 / 100) << a << " " << b;
    }
  }
}

TEST(Shapes, KeepWithinTheirExtent) {
  for (int i = 0; i < kNumShapes; ++i) {
    const std::vector<uint8_t> raster = Raster(static_cast<Shape>(i));
    for (int p = 0; p < kSide * kSide; ++p) {
      if (!raster[p]) continue;
      const double x = -1.2 + 2.4 * (p % kSide + 0.5) / kSide;
      const double y = -1.2 + 2.4 * (p / kSide + 0.5) / kSide;
      EXPECT_LE(x * x + y * y, kShapeExtent * kShapeExtent + 1e-6);
    }
  }
}

}  // namespace
}  // namespace maskfill
