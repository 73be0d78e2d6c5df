#include "eval/eval_report.h"

#include <string>

#include "absl/status/status.h"
#include "core/base/files.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

v1::EvalReport TwoSets() {
  v1::EvalReport report;
  report.set_schema_version(1);
  report.set_tool_version("1");
  report.set_precision("fp32");
  report.set_checkpoint_fingerprint("c0ffee");
  for (const char* name : {"imagenet-val", "a"}) {
    v1::SetReport* set = report.add_sets();
    set->set_name(name);
    set->set_fingerprint(std::string("fingerprint of ") + name);
    set->set_images(50000);
    set->set_counted(40000);
    set->set_top1(63.3449);
    set->set_top5(88.8);
    set->set_loss(1.5);
    set->set_seconds(100);
  }
  report.set_mean_top1(63.3449);
  report.set_fingerprint(ReportFingerprint(report));
  return report;
}

TEST(EvalReport, ReadsBackWhatItWrote) {
  const std::string path = JoinPath(TestDirectory(), "new/dir/report.json");
  const v1::EvalReport report = TwoSets();
  ASSERT_OK(WriteEvalReport(path, report));
  ASSERT_OK_AND_ASSIGN(const v1::EvalReport read, ReadEvalReport(path));
  EXPECT_EQ(read.SerializeAsString(), report.SerializeAsString());
}

TEST(EvalReport, SaysWhenAFileIsNoReport) {
  const std::string path = JoinPath(TestDirectory(), "report.json");
  EXPECT_THAT(ReadEvalReport(path), StatusIs(absl::StatusCode::kNotFound));
  for (const char* text : {"", "{", "{}", "{\"schema_version\": 2}", "[1]"}) {
    ASSERT_OK(WriteFileAtomically(path, text));
    EXPECT_THAT(ReadEvalReport(path),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)));
  }
}

TEST(ReportFingerprint, ChangesWithWhatIsAskedForOnly) {
  const v1::EvalReport report = TwoSets();
  v1::EvalReport other = report;
  other.set_checkpoint("moved");
  other.mutable_sets(0)->set_top1(1);
  EXPECT_EQ(ReportFingerprint(other), ReportFingerprint(report));
  other = report;
  other.set_precision("bf16");
  EXPECT_NE(ReportFingerprint(other), ReportFingerprint(report));
  other = report;
  other.set_checkpoint_fingerprint("decaf");
  EXPECT_NE(ReportFingerprint(other), ReportFingerprint(report));
  other = report;
  other.mutable_sets(1)->set_fingerprint("other images");
  EXPECT_NE(ReportFingerprint(other), ReportFingerprint(report));
}

TEST(CheckSameEvaluation, NamesWhatDiffersAndBothFingerprints) {
  const v1::EvalReport found = TwoSets();
  EXPECT_OK(CheckSameEvaluation(found, found, "r.json"));
  v1::EvalReport asked = found;
  asked.set_precision("bf16");
  asked.mutable_sets(1)->set_fingerprint("other images");
  asked.set_fingerprint(ReportFingerprint(asked));
  EXPECT_THAT(
      CheckSameEvaluation(asked, found, "r.json"),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("r.json"), HasSubstr(asked.fingerprint()),
                     HasSubstr(found.fingerprint()), HasSubstr("bf16"),
                     HasSubstr("other images"), HasSubstr("--overwrite"))));
}

TEST(EvalTable, LinesUp) {
  EXPECT_EQ(
      EvalTable(TwoSets()),
      "set             images   counted  top-1 %  top-5 %     loss  images/s\n"
      "imagenet-val     50000     40000    63.34    88.80   1.5000     500.0\n"
      "a                50000     40000    63.34    88.80   1.5000     500.0\n"
      "mean                                63.34\n");
}

}  // namespace
}  // namespace maskfill
