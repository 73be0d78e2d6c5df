#include "spurious_shapes/suites.h"

#include <map>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

constexpr int64_t kCount = 1000;
constexpr double kCorrelation = 0.95;
constexpr uint64_t kSeed = 0;

Scene SceneAt(Suite suite, int64_t index) {
  return SampleSuiteScene(suite, kCorrelation, kSeed, index);
}

int CountUsual(Suite suite, double correlation, int64_t count) {
  int usual = 0;
  for (int64_t i = 0; i < count; ++i) {
    const Factors factors =
        SampleSuiteScene(suite, correlation, kSeed, i).factors;
    usual += factors.background == UsualBackground(factors.shape);
  }
  return usual;
}

// Exact counts of seed 0, each within two binomial deviations of its mean:
// 2850 +- 12, 950 +- 7, 737.5 +- 14, 100 +- 9.5 and 0.
TEST(Suites, HaveTheirShareOfUsualBackgrounds) {
  EXPECT_EQ(CountUsual(Suite::kTrain, 0.95, 3000), 2850);
  EXPECT_EQ(CountUsual(Suite::kId, 0.95, kCount), 943);
  EXPECT_EQ(CountUsual(Suite::kV2, 0.95, kCount), 717);
  EXPECT_EQ(CountUsual(Suite::kR, 0.95, kCount), 93);
  EXPECT_EQ(CountUsual(Suite::kSketch, 0.95, kCount), 103);
  EXPECT_EQ(CountUsual(Suite::kObjectNet, 0.95, kCount), 101);
  EXPECT_EQ(CountUsual(Suite::kA, 0.95, kCount), 0);
}

TEST(Suites, FollowTheCorrelation) {
  EXPECT_EQ(CountUsual(Suite::kTrain, 1, kCount), kCount);
  EXPECT_EQ(CountUsual(Suite::kTrain, 0, kCount), 0);
  EXPECT_DOUBLE_EQ(UsualBackgroundProbability(Suite::kV2, 0.95), 0.7375);
  EXPECT_DOUBLE_EQ(UsualBackgroundProbability(Suite::kR, 0.95), 0.1);
}

TEST(Suites, AreBalancedOverClasses) {
  for (int s = 0; s < kNumSuites; ++s) {
    std::map<Shape, int> counts;
    for (int64_t i = 0; i < 200; ++i) {
      ++counts[SceneAt(static_cast<Suite>(s), i).factors.shape];
    }
    for (int k = 0; k < kNumShapes; ++k) {
      EXPECT_EQ(counts[static_cast<Shape>(k)], 20);
    }
  }
}

TEST(Suites, UnusualBackgroundsAreUniformOverTheOthers) {
  std::map<Background, int> counts;
  int64_t hearts = 0;
  for (int64_t i = 4; i < 9000; i += 10) {  // hearts
    const Factors factors = SceneAt(Suite::kA, i).factors;
    ASSERT_EQ(factors.shape, Shape::kHeart);
    ++counts[factors.background];
    ++hearts;
  }
  EXPECT_EQ(counts.size(), kNumBackgrounds - 1);
  EXPECT_EQ(counts.count(UsualBackground(Shape::kHeart)), 0u);
  for (const auto& [background, count] : counts) {
    // 100 each; four deviations are 38.
    EXPECT_NEAR(count, hearts / 9, 38) << BackgroundName(background);
  }
}

TEST(Suites, ColoursAreUniformAndIndependentOfTheClass) {
  std::map<Colour, int> counts;
  for (int64_t i = 4; i < 8000; i += 10) {
    ++counts[SceneAt(Suite::kTrain, i).factors.colour];
  }
  for (int k = 0; k < kNumColours; ++k) {
    EXPECT_NEAR(counts[static_cast<Colour>(k)], 100, 38);
  }
}

TEST(Suites, HaveTheirStyles) {
  std::map<Suite, std::set<Style>> styles;
  int cartoons = 0;
  for (int s = 0; s < kNumSuites; ++s) {
    for (int64_t i = 0; i < kCount; ++i) {
      const Suite suite = static_cast<Suite>(s);
      const Style style = SceneAt(suite, i).factors.style;
      styles[suite].insert(style);
      cartoons += suite == Suite::kR && style == Style::kCartoon;
    }
  }
  EXPECT_EQ(styles[Suite::kR],
            (std::set<Style>{Style::kCartoon, Style::kStencil}));
  EXPECT_NEAR(cartoons, 500, 64);
  EXPECT_EQ(styles[Suite::kSketch], std::set<Style>{Style::kSketch});
  for (const Suite suite :
       {Suite::kTrain, Suite::kId, Suite::kV2, Suite::kObjectNet, Suite::kA}) {
    EXPECT_EQ(styles[suite], std::set<Style>{Style::kPhoto});
  }
}

TEST(Suites, DrawEverySceneFromItsOwnStream) {
  std::set<uint64_t> seeds;
  for (int s = 0; s < kNumSuites; ++s) {
    for (int64_t i = 0; i < 100; ++i) {
      seeds.insert(SceneAt(static_cast<Suite>(s), i).appearance_seed);
    }
  }
  seeds.insert(
      SampleSuiteScene(Suite::kTrain, kCorrelation, 1, 0).appearance_seed);
  EXPECT_EQ(seeds.size(), 100u * kNumSuites + 1);
}

TEST(Suites, NameFoldersAsTheRealSetsDo) {
  EXPECT_EQ(PicturePath(Suite::kTrain, Shape::kHeart, 14),
            "train/heart/train_000014.png");
  EXPECT_EQ(PicturePath(Suite::kId, Shape::kHeart, 14),
            "val/heart/id_000014.png");
  EXPECT_EQ(PicturePath(Suite::kV2, Shape::kHeart, 14), "4/v2_000014.png");
  EXPECT_EQ(PicturePath(Suite::kObjectNet, Shape::kStar, 8),
            "images/five_pointed_star/objectnet_000008.png");
  EXPECT_EQ(PicturePath(Suite::kSketch, Shape::kStar, 1234567),
            "star/sketch_1234567.png");
}

TEST(Suites, ParseTheirNames) {
  EXPECT_THAT(ParseSuite("objectnet"), IsOkAndHolds(Suite::kObjectNet));
  EXPECT_THAT(ParseSuite("v3"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("v2")));
}

}  // namespace
}  // namespace maskfill
