#include "ingest/source_findings.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::Eq;

TEST(SourceFindings, CountEveryReasonAndNameTheFirstFive) {
  SourceFindings findings;
  for (const char* path : {"1", "2", "3", "4", "5", "6", "7"}) {
    findings.LeaveOut("hidden", path);
  }
  findings.LeaveOut("ignored", "x");
  ASSERT_EQ(findings.left_out.size(), 2u);
  EXPECT_EQ(ToText(findings.left_out[0]),
            "7 (1, 2, 3, 4, 5 and 2 more), hidden");
  EXPECT_EQ(ToText(findings.left_out[1]), "1 (x), ignored");
}

TEST(CheckFindings, SaysHowManyMoreErrorsThereAre) {
  SourceFindings findings;
  findings.deviations = {"too few"};
  EXPECT_OK(CheckFindings(findings));
  findings.errors = {absl::DataLossError("a link to nothing")};
  EXPECT_THAT(CheckFindings(findings),
              StatusIs(absl::StatusCode::kDataLoss, Eq("a link to nothing")));
  findings.errors.push_back(absl::InvalidArgumentError("no class"));
  EXPECT_THAT(
      CheckFindings(findings),
      StatusIs(absl::StatusCode::kDataLoss,
               Eq("a link to nothing (and 1 more error, which --verify_only "
                  "lists)")));
}

TEST(PrintablePath, EscapesWhatIsNoUtf8) {
  EXPECT_EQ(PrintablePath("a/\xC3\xA4.jpg"), "a/\xC3\xA4.jpg");
  EXPECT_EQ(PrintablePath("a/\xE4.jpg"), "a/\\xe4.jpg");
}

}  // namespace
}  // namespace maskfill
