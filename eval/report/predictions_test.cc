#include "eval/report/predictions.h"

#include <string>

#include "absl/status/status.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_predictions.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

v1::EvalReport Report(const std::string& checkpoint, double top1) {
  v1::EvalReport report;
  report.set_checkpoint_fingerprint(checkpoint);
  report.set_precision("fp32");
  v1::SetReport* set = report.add_sets();
  set->set_name("id");
  set->set_fingerprint("images");
  set->set_top1(top1);
  return report;
}

TEST(Predictions, AreFoundByCheckpointImagesAndPrecision) {
  const std::string dir = TestDirectory();
  WritePredictions(JoinPath(dir, "id"), "checkpoint", "images",
                   {{.predicted = 0, .confidence = 0.75},
                    {.predicted = 1},
                    {.predicted = 1, .counted = false}});
  // The directory of several sets, and the set itself.
  for (const std::string& path : {dir, JoinPath(dir, "id")}) {
    ASSERT_OK_AND_ASSIGN(const Predictions predictions,
                         Predictions::Read({path}));
    v1::EvalReport report = Report("checkpoint", 50);  // one of two counted
    ASSERT_OK_AND_ASSIGN(const PredictionSet* set,
                         predictions.Find(report, report.sets(0)));
    ASSERT_NE(set, nullptr);
    EXPECT_THAT(set->Right(), ElementsAre(1, 0));
    EXPECT_EQ(set->images[0].id, "image-0");
    EXPECT_NEAR(set->images[0].confidence.value(), 0.75, 1e-6);
    EXPECT_EQ(set->ClassName(1), "dog");
    EXPECT_EQ(set->ClassName(2), "class 2");
    report.set_precision("bf16");
    EXPECT_THAT(predictions.Find(report, report.sets(0)),
                IsOkAndHolds(nullptr));
    report = Report("other", 50);
    EXPECT_THAT(predictions.Find(report, report.sets(0)),
                IsOkAndHolds(nullptr));
  }
}

TEST(Predictions, MustSayWhatTheReportSays) {
  const std::string dir = TestDirectory();
  WritePredictions(dir, "checkpoint", "images", {{}, {}});
  ASSERT_OK_AND_ASSIGN(const Predictions predictions, Predictions::Read({dir}));
  const v1::EvalReport report = Report("checkpoint", 50);
  EXPECT_THAT(predictions.Find(report, report.sets(0)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("right about 100 % of the images")));
}

TEST(Predictions, ADirectoryWithoutAnyIsNotFound) {
  const std::string dir = TestDirectory();
  EXPECT_THAT(Predictions::Read({dir}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(dir)));
}

}  // namespace
}  // namespace maskfill
