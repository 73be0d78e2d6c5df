#include "eval/report/page/stage_numbers.h"

#include <string>

#include "absl/status/status.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

std::string Write(const std::string& text) {
  const std::string path = JoinPath(TestDirectory(), "numbers.json");
  EXPECT_OK(WriteFileAtomically(path, text));
  return path;
}

TEST(StageNumbers, ReadsThresholdsAsMaskToolWritesThem) {
  ASSERT_OK_AND_ASSIGN(
      const ThresholdNumbers numbers,
      ReadThresholdNumbers(Write(R"({"cams": 3, "patches": 4, "thresholds": [
        {"threshold": 0.1, "masked_fraction": {"mean": 0.5, "min": 0,
         "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75,
         "max": 1}, "none_masked": 1, "all_masked": 2}], "classes": []})")));
  EXPECT_EQ(numbers.cams, 3);
  ASSERT_EQ(numbers.thresholds.size(), 1);
  EXPECT_EQ(numbers.thresholds[0].upper_quartile, 0.75);
  EXPECT_EQ(numbers.thresholds[0].all_masked, 2);
}

TEST(StageNumbers, DisagreementIsCutByThresholdOrRate) {
  ASSERT_OK_AND_ASSIGN(const DisagreementNumbers numbers,
                       ReadDisagreement(Write(R"({"rows": [
        {"mask": "object", "fill": "single", "threshold": 0.3,
         "disagreement": 0.5, "standard_error": 0.01, "clean": 0.25},
        {"mask": "random", "fill": "none", "rate": 0.75,
         "disagreement": 0.75, "clean": null}]})")));
  ASSERT_EQ(numbers.rows.size(), 2);
  EXPECT_EQ(numbers.rows[0].cut, std::optional<double>(0.3));
  EXPECT_EQ(numbers.rows[0].clean, std::optional<double>(0.25));
  EXPECT_EQ(numbers.rows[0].standard_error, std::optional<double>(0.01));
  EXPECT_EQ(numbers.rows[1].cut, std::optional<double>(0.75));
  EXPECT_EQ(numbers.rows[1].clean, std::nullopt);
}

TEST(StageNumbers, NameTheFileThatIsDamaged) {
  for (const char* text : {"", "[]", "{\"rows\": [{\"mask\": 1}]}",
                           "{\"cams\": 1, \"thresholds\": [{}]}"}) {
    const std::string path = Write(text);
    EXPECT_THAT(ReadDisagreement(path), StatusIs(absl::StatusCode::kDataLoss,
                                                 HasSubstr("numbers.json")));
    EXPECT_THAT(
        ReadThresholdNumbers(path),
        StatusIs(absl::StatusCode::kDataLoss, HasSubstr("numbers.json")));
  }
}

}  // namespace
}  // namespace maskfill
