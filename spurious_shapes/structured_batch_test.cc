#include "spurious_shapes/structured_batch.h"

#include <map>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(StructuredBatch, HasAllShapesAndTwoOfEachOtherFactor) {
  for (int64_t step = 0; step < 50; ++step) {
    std::set<Style> styles;
    std::set<Colour> colours;
    std::set<Background> backgrounds;
    std::map<Shape, int> shapes;
    for (const Scene& scene : SampleStructuredBatch(1, step, 120)) {
      styles.insert(scene.factors.style);
      colours.insert(scene.factors.colour);
      backgrounds.insert(scene.factors.background);
      ++shapes[scene.factors.shape];
    }
    EXPECT_EQ(styles.size(), 2u);
    EXPECT_EQ(colours.size(), 2u);
    EXPECT_EQ(backgrounds.size(), 2u);
    EXPECT_EQ(shapes.size(), kNumShapes);
    for (const auto& [shape, count] : shapes) EXPECT_EQ(count, 12);
  }
}

TEST(StructuredBatch, IsAPureFunctionOfSeedAndStep) {
  const std::vector<Scene> a = SampleStructuredBatch(1, 7, 16);
  const std::vector<Scene> b = SampleStructuredBatch(1, 7, 16);
  const std::vector<Scene> c = SampleStructuredBatch(1, 8, 16);
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].appearance_seed, b[i].appearance_seed);
    EXPECT_EQ(a[i].factors, b[i].factors);
    EXPECT_NE(a[i].appearance_seed, c[i].appearance_seed);
  }
}

TEST(StructuredBatch, PrefersPhotosAndTreatsOtherStylesAlike) {
  std::map<Style, int> batches;
  for (int64_t step = 0; step < 2000; ++step) {
    std::set<Style> styles;
    for (const Scene& scene : SampleStructuredBatch(1, step, 40)) {
      styles.insert(scene.factors.style);
    }
    for (const Style style : styles) ++batches[style];
  }
  // P(photo) = .4 + 3 * .2 * .4 / .8 = .7; another style: .2 + .4 * .2 / .6 +
  // 2 * .2 * .2 / .8 = .4333. Four deviations: 82 and 89.
  EXPECT_NEAR(batches[Style::kPhoto], 1400, 82);
  EXPECT_NEAR(batches[Style::kSketch], 867, 89);
  EXPECT_NEAR(batches[Style::kCartoon], 867, 89);
  EXPECT_NEAR(batches[Style::kStencil], 867, 89);
}

}  // namespace
}  // namespace maskfill
