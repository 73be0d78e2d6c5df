#include "eval/eval_report.h"

#include <memory>
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

TEST(EvalTable, TellsTheMeanOfTheOtherSets) {
  v1::EvalReport report = TwoSets();
  report.add_id_sets("imagenet-val");
  report.set_ood_mean_top1(63.3449);
  EXPECT_THAT(EvalTable(report),
              HasSubstr("OOD mean                            63.34\n"));
}

TEST(WriteReport, MeansOfTheSetsThatAreNotNamed) {
  v1::EvalReport report = NewReport("f", {"id"});
  v1::CurvePoint* point = report.add_curve();
  const double kTop1[] = {90, 50, 30};
  int i = 0;
  for (const char* name : {"id", "r", "a"}) {
    for (v1::SetReport* set : {report.add_sets(), point->add_sets()}) {
      set->set_name(name);
      set->set_top1(kTop1[i]);
    }
    ++i;
  }
  v1::Manifest entry;
  const std::string path = JoinPath(TestDirectory(), "report.json");
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<AtomicFile> file,
                       AtomicFile::Create(path));
  ASSERT_OK(WriteReport(&report, *file, &entry));
  ASSERT_OK(file->Commit());
  ASSERT_OK_AND_ASSIGN(const v1::EvalReport read, ReadEvalReport(path));
  EXPECT_NEAR(read.mean_top1(), 170.0 / 3, 1e-9);
  EXPECT_NEAR(read.ood_mean_top1(), 40, 1e-9);
  EXPECT_NEAR(read.curve(0).ood_mean_top1(), 40, 1e-9);
  ASSERT_EQ(entry.counters_size(), 3);
  EXPECT_EQ(entry.counters(1).name(), "top1 r");
  EXPECT_EQ(entry.counters(1).value(), 50);
}

TEST(ComparisonTable, HasAColumnForEachSet) {
  v1::EvalReport report = TwoSets();
  EXPECT_EQ(ComparisonTable({"zero-shot", "ours"}, {report, report}),
            "top-1 %    imagenet-val      a   mean\n"
            "zero-shot         63.34  63.34  63.34\n"
            "ours              63.34  63.34  63.34\n");
}

}  // namespace
}  // namespace maskfill
