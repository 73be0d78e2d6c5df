#include "eval/eval_report.h"

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
  report.set_fingerprint("f");
  return report;
}

TEST(EvalReport, ReadsBackWhatItWrote) {
  const std::string path = JoinPath(TestDirectory(), "report.json");
  const v1::EvalReport report = TwoSets();
  ASSERT_OK_AND_ASSIGN(const std::string json, EvalReportJson(report));
  ASSERT_OK(WriteFileAtomically(path, json));
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
