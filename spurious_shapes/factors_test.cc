#include "spurious_shapes/factors.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(Factors, NumbersShapesAsSortedClassFoldersAre) {
  std::vector<std::string> names;
  for (int i = 0; i < kNumShapes; ++i) {
    names.emplace_back(ShapeName(static_cast<Shape>(i)));
  }
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST(Factors, GivesEachClassItsOwnUsualBackground) {
  std::set<Background> usual;
  for (int i = 0; i < kNumShapes; ++i) {
    usual.insert(UsualBackground(static_cast<Shape>(i)));
  }
  EXPECT_EQ(usual.size(), kNumBackgrounds);
}

// The benchmark's definition lists the shapes as circle, square, triangle,
// star, cross, ring, heart, crescent, arrow, hexagon and their backgrounds as
// PERM = [3,7,1,9,5,0,8,2,6,4].
TEST(Factors, PairsClassesAndBackgroundsAsDefined) {
  const std::vector<Shape> shapes = {
      Shape::kCircle, Shape::kSquare, Shape::kTriangle, Shape::kStar,
      Shape::kCross,  Shape::kRing,   Shape::kHeart,    Shape::kCrescent,
      Shape::kArrow,  Shape::kHexagon};
  const std::vector<int> perm = {3, 7, 1, 9, 5, 0, 8, 2, 6, 4};
  for (size_t i = 0; i < shapes.size(); ++i) {
    EXPECT_EQ(static_cast<int>(UsualBackground(shapes[i])), perm[i])
        << ShapeName(shapes[i]);
  }
}

TEST(Factors, HasDistinctNames) {
  std::set<std::string> names;
  for (int i = 0; i < kNumShapes; ++i) {
    names.emplace(ObjectNetFolder(static_cast<Shape>(i)));
  }
  EXPECT_EQ(names.size(), kNumShapes);
  EXPECT_EQ(BackgroundName(Background::kGrass), "grass");
  EXPECT_EQ(StyleName(Style::kStencil), "stencil");
  EXPECT_EQ(ColourName(Colour::kPink), "pink");
  EXPECT_EQ(ObjectNetLabel(Shape::kStar), "Five-pointed star");
}

}  // namespace
}  // namespace maskfill
