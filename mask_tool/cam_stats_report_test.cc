#include "mask_tool/cam_stats_report.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

v1::DatasetInfo Dataset() {
  v1::DatasetInfo dataset;
  dataset.add_class_keys("n01");
  dataset.add_class_keys("n|2");
  return dataset;
}

// Of four patches; two CAMs of class 1, one of class 7.
CamStats Stats() {
  CamStats stats;
  EXPECT_OK(stats.Add({1.0f, 0.75f, 0.25f, 0.0f}, 1));
  EXPECT_OK(stats.Add({0.0f, 0.0f, 0.0f, 0.0f}, 1));
  EXPECT_OK(stats.Add({1.0f, 1.0f, 1.0f, 0.25f}, 7));
  return stats;
}

TEST(CamStatsJson, HasEveryThresholdOfAllCamsAndOfEachClass) {
  const auto json = nlohmann::json::parse(CamStatsJson(Stats(), Dataset()));
  EXPECT_EQ(json["cams"], 3);
  EXPECT_EQ(json["patches"], 4);
  ASSERT_EQ(json["thresholds"].size(), 9u);
  // Above 0.2: 3, 0 and 4 patches of 4; above 0.5: 2, 0 and 3.
  const auto& low = json["thresholds"][1];
  EXPECT_EQ(low["threshold"], 0.2);
  EXPECT_DOUBLE_EQ(low["masked_fraction"]["mean"], 7.0 / 12);
  EXPECT_EQ(low["masked_fraction"]["lower_quartile"], 0.375);
  EXPECT_EQ(low["masked_fraction"]["median"], 0.75);
  EXPECT_EQ(low["masked_fraction"]["upper_quartile"], 0.875);
  EXPECT_EQ(low["none_masked"], 1);
  EXPECT_EQ(low["all_masked"], 1);
  EXPECT_EQ(json["thresholds"][4]["all_masked"], 0);
  ASSERT_EQ(json["classes"].size(), 2u);
  EXPECT_EQ(json["classes"][0]["class"], 1);
  EXPECT_EQ(json["classes"][0]["name"], "n|2");
  EXPECT_EQ(json["classes"][0]["cams"], 2);
  EXPECT_EQ(json["classes"][0]["thresholds"][4]["masked_fraction"]["mean"],
            0.25);
  EXPECT_EQ(json["classes"][1]["name"], "");
}

TEST(CamStatsMarkdown, TabulatesPerCent) {
  const std::string text = CamStatsMarkdown(Stats(), Dataset(), "cams/train");
  EXPECT_THAT(text, HasSubstr("object masks: cams/train\n"));
  EXPECT_THAT(text, HasSubstr("3 CAMs of 4 patches"));
  EXPECT_THAT(text, HasSubstr("| 0.2 | 58.3 | 37.5 | 75.0 | 87.5 | 1 | 1 |\n"));
  EXPECT_THAT(text, HasSubstr("| 1 | n\\|2 | 2 | 37.5 | 37.5 | 25.0 |"));
}

TEST(CamStatsJson, OfNoCamsIsEmpty) {
  const auto json = nlohmann::json::parse(CamStatsJson(CamStats(), Dataset()));
  EXPECT_EQ(json["cams"], 0);
  EXPECT_EQ(json["thresholds"].size(), 0u);
}

}  // namespace
}  // namespace maskfill
