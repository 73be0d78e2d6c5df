#include "spurious_shapes/dataset/scene_list.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "spurious_shapes/suites.h"

namespace maskfill {
namespace {

TEST(SceneList, HasAsManyColumnsInALineAsInTheHeader) {
  const std::vector<std::string> header =
      absl::StrSplit(SceneListHeader(), ',');
  const std::vector<std::string> line = absl::StrSplit(
      SceneListLine("a.png", SampleSuiteScene(Suite::kId, 0.95, 0, 1)), ',');
  EXPECT_EQ(header.size(), line.size());
}

TEST(SceneList, WritesFactorsAsWordsAndNumbersThatReadBackExactly) {
  const Scene scene = SampleSuiteScene(Suite::kTrain, 1, 0, 4);
  std::vector<std::string> line =
      absl::StrSplit(SceneListLine("train/heart/x.png", scene), ',');
  EXPECT_EQ(line[0], "train/heart/x.png");
  EXPECT_EQ(line[1], "4");
  EXPECT_EQ(line[2], "heart");
  EXPECT_EQ(line[3], "plaid");
  EXPECT_EQ(line[4], "1");
  EXPECT_EQ(line[5], "photo");
  float radius = 0;
  ASSERT_TRUE(absl::SimpleAtof(line[8], &radius));
  EXPECT_EQ(radius, scene.nuisances.radius);
  uint64_t seed = 0;
  ASSERT_TRUE(absl::SimpleAtoi(line[7], &seed));
  EXPECT_EQ(seed, scene.appearance_seed);
}

}  // namespace
}  // namespace maskfill
