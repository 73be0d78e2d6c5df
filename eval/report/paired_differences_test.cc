#include "eval/report/paired_differences.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_reports.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

using OptionalDouble = std::optional<double>;

// ID and R of zero-shot, of FT with seeds 0 to 2, and of ours with 1 and 2.
AccuracyTable Table() {
  const std::string dir = TestDirectory();
  const std::vector<std::string> paths = {
      WriteReport(dir, "zero-shot", {{"id", 70}, {"r", 80}}),
      WriteReport(dir, "ft-seed0", {{"id", 90}, {"r", 65}}),
      WriteReport(dir, "ft-seed1", {{"id", 92}, {"r", 60}}),
      WriteReport(dir, "ft-seed2", {{"id", 94}, {"r", 61}}),
      WriteReport(dir, "ours-seed1", {{"id", 91}, {"r", 75}}),
      WriteReport(dir, "ours-seed2", {{"id", 93.5}, {"r", 78}}),
  };
  auto table = ReadReports(paths, {"id"});
  EXPECT_OK(table);
  return *table;
}

TEST(PairedDifferences, EqualSeedsArePaired) {
  ASSERT_OK_AND_ASSIGN(const PairedDifferences differences,
                       CompareWith(Table(), "ft"));
  ASSERT_EQ(differences.methods.size(), 2);
  const PairedDifferences::Method& ours = differences.methods[1];
  EXPECT_EQ(ours.name, "ours");
  ASSERT_EQ(ours.pairs.size(), 2);  // ours has no seed 0
  EXPECT_THAT(ours.pairs[0].seed, Optional(1));
  EXPECT_THAT(
      ours.pairs[0].difference,
      ElementsAre(OptionalDouble(-1), OptionalDouble(15), OptionalDouble(15)));
  EXPECT_THAT(ours.pairs[1].seed, Optional(2));
  EXPECT_THAT(ours.pairs[1].difference,
              ElementsAre(OptionalDouble(-0.5), OptionalDouble(17),
                          OptionalDouble(17)));
  // (-1 - 0.5) / 2 and (15 + 17) / 2, not the difference of the rows' means.
  EXPECT_THAT(ours.mean, ElementsAre(OptionalDouble(-0.75), OptionalDouble(16),
                                     OptionalDouble(16)));
}

TEST(PairedDifferences, AMethodWithoutSeedsIsComparedWithEverySeed) {
  ASSERT_OK_AND_ASSIGN(const PairedDifferences to_ft,
                       CompareWith(Table(), "ft"));
  const PairedDifferences::Method& zero_shot = to_ft.methods[0];
  EXPECT_EQ(zero_shot.name, "zero-shot");
  ASSERT_EQ(zero_shot.pairs.size(), 3);
  EXPECT_THAT(zero_shot.pairs[2].seed, Optional(2));
  EXPECT_EQ(zero_shot.pairs[2].difference[0], OptionalDouble(-24));
  EXPECT_EQ(zero_shot.mean[0], OptionalDouble(-22));

  ASSERT_OK_AND_ASSIGN(const PairedDifferences to_zero_shot,
                       CompareWith(Table(), "zero-shot"));
  ASSERT_EQ(to_zero_shot.methods[0].pairs.size(), 3);
  EXPECT_THAT(to_zero_shot.methods[0].pairs[1].seed, Optional(1));
  EXPECT_EQ(to_zero_shot.methods[0].mean[0], OptionalDouble(22));
}

TEST(PairedDifferences, WithoutSeedsThereIsOnePair) {
  const std::string dir = TestDirectory();
  ASSERT_OK_AND_ASSIGN(
      const AccuracyTable table,
      ReadReports({WriteReport(dir, "a", {{"id", 1}}),
                   WriteReport(dir, "b", {{"id", 3}, {"r", 2}})}));
  ASSERT_OK_AND_ASSIGN(const PairedDifferences differences,
                       CompareWith(table, "a"));
  ASSERT_EQ(differences.methods[0].pairs.size(), 1);
  EXPECT_EQ(differences.methods[0].pairs[0].seed, std::nullopt);
  // "a" has no figure for "r", so neither has the difference.
  EXPECT_THAT(differences.methods[0].mean,
              ElementsAre(OptionalDouble(2), std::nullopt, std::nullopt));
}

TEST(PairedDifferences, NoCommonSeedGivesNoDifference) {
  const std::string dir = TestDirectory();
  ASSERT_OK_AND_ASSIGN(const AccuracyTable table,
                       ReadReports({WriteReport(dir, "a-seed0", {{"id", 1}}),
                                    WriteReport(dir, "b-seed1", {{"id", 3}})}));
  ASSERT_OK_AND_ASSIGN(const PairedDifferences differences,
                       CompareWith(table, "a"));
  EXPECT_TRUE(differences.methods[0].pairs.empty());
  EXPECT_THAT(differences.methods[0].mean,
              ElementsAre(std::nullopt, std::nullopt));
}

TEST(PairedDifferences, AnUnknownBaselineIsRefusedWithTheNames) {
  EXPECT_THAT(CompareWith(Table(), "ft-seed0"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"ft-seed0\""),
                             HasSubstr("zero-shot, ft, ours"))));
}

}  // namespace
}  // namespace maskfill
