#include "eval/report/page/page.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_counterfactuals.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_predictions.h"
#include "tests/support/test_reports.h"
#include "tests/support/test_sets.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string SectionId(const std::string& name) {
  return absl::StrCat("<section id=\"", name, "\"");
}

class Page : public testing::Test {
 protected:
  void SetUp() override { dir_ = TestDirectory(); }

  // A method's evaluation on "id" and "r".
  v1::EvalReport& Add(const std::string& method, double id, double r) {
    v1::EvalReport& report =
        reports_.emplace_back(method, v1::EvalReport()).second;
    AddSet("id", id, &report);
    AddSet("r", r, &report);
    report.set_checkpoint_fingerprint(method);
    report.set_precision("fp32");
    return report;
  }

  // `baseline` may be empty.
  PageData Data(const std::string& baseline) {
    PageData data;
    std::vector<ReportFile> files;
    for (const auto& [method, report] : reports_) {
      files.push_back(
          {WriteEvalReport(dir_, absl::StrCat(files.size()), report), method});
    }
    auto evaluations = ReadEvaluations(files);
    EXPECT_OK(evaluations);
    data.evaluations = *std::move(evaluations);
    auto table = TableOf(data.evaluations, {"id"});
    EXPECT_OK(table);
    data.table = *std::move(table);
    if (!baseline.empty()) {
      auto differences = CompareWith(data.table, baseline);
      EXPECT_OK(differences);
      data.differences.push_back(*std::move(differences));
    }
    return data;
  }

  std::string Html(const PageData& data) {
    const auto html = PageHtml(data);
    EXPECT_OK(html);
    return html.value_or("");
  }

  std::string dir_;
  std::vector<std::pair<std::string, v1::EvalReport>> reports_;
};

TEST_F(Page, SaysWhatCameOut) {
  reports_.reserve(3);
  Add("zero-shot", 70, 80);
  Add("ft", 95, 60);
  Add("ours", 93, 85);
  const std::string html = Html(Data("ft"));
  EXPECT_THAT(html, AllOf(HasSubstr("<title>ours against ft</title>"),
                          HasSubstr("3 methods on 2 image sets"),
                          HasSubstr("<strong>ours</strong> leads with 85.0 %"),
                          HasSubstr("<strong>ft</strong> leads with 95.0 %"),
                          HasSubstr("<strong>+25.00</strong> points on OOD"),
                          HasSubstr("<strong>-2.00</strong> points on id")));
}

TEST_F(Page, LoadsNothingAndIsTheSameTwice) {
  Add("ft", 95, 60);
  const std::string html = Html(Data(""));
  EXPECT_EQ(html, Html(Data("")));
  EXPECT_THAT(html, AllOf(Not(HasSubstr("http:")), Not(HasSubstr("https:")),
                          Not(HasSubstr("<script")), Not(HasSubstr("<link")),
                          Not(HasSubstr("@import")), Not(HasSubstr("url("))));
}

TEST_F(Page, NamesAreEscapedWhereverTheyStand) {
  reports_.reserve(2);
  const std::string bad = "<b>&\"x\"";
  Add(bad, 95, 60).add_lineage()->set_tool("<i>");
  Add("ft", 90, 50);
  const std::string html = Html(Data("ft"));
  EXPECT_THAT(html, AllOf(HasSubstr("&lt;b&gt;&amp;&quot;x&quot;"),
                          Not(HasSubstr("<b>")), Not(HasSubstr("<i>"))));
}

TEST_F(Page, SectionsAppearWithTheirInputs) {
  reports_.reserve(2);
  Add("ft", 95, 60);
  Add("ours", 93, 85);
  PageData data = Data("");
  std::string html = Html(data);
  EXPECT_THAT(html, HasSubstr(SectionId("provenance")));
  for (const char* absent :
       {"differences", "published", "classes", "calibration", "images",
        "counterfactuals", "thresholds", "disagreement", "training"}) {
    EXPECT_THAT(html, Not(HasSubstr(SectionId(absent)))) << absent;
  }
  for (auto& [method, report] : reports_) {
    for (v1::SetReport& set : *report.mutable_sets()) {
      v1::ClassReport* row = set.add_classes();
      row->set_key("n01");
      row->set_counted(10);
      row->set_top1_right(method == "ft" ? 5 : 8);
      v1::GroupReport* group = set.add_groups();
      group->set_name("grass");
      group->set_counted(10);
      group->set_top1_right(7);
      v1::CalibrationBin* bin = set.mutable_calibration()->add_bins();
      bin->set_counted(10);
      bin->set_top1_right(6);
      bin->set_confidence_sum(7);
      set.mutable_calibration()->set_ece(0.125);
    }
  }
  data = Data("ft");
  data.published.push_back({"ft", "a paper", {94.0, 61.0, 61.0}});
  data.thresholds.push_back(
      {.path = "a/stats.json",
       .cams = 7,
       .thresholds = {{.threshold = 0.25, .mean = 0.5}, {.threshold = 0.5}}});
  data.disagreement = {"d.json", {{"object", "single", 0.3, 0.5, 0.25}}};
  data.trainings.push_back({"runs/ft", "f", {{"loss", {{1, 2}, {2, 1}}}}});
  html = Html(data);
  for (const char* there :
       {"differences", "published", "classes", "calibration", "thresholds",
        "disagreement", "training"}) {
    EXPECT_THAT(html, HasSubstr(SectionId(there))) << there;
  }
  // 8 - 5 of 10; the ECE; 0.5 / 0.25; ours less published.
  EXPECT_THAT(html, AllOf(HasSubstr("<td>+30.0</td>"), HasSubstr("0.125"),
                          HasSubstr("<td>2.00</td>"), HasSubstr("94.0 (+1.0)"),
                          HasSubstr("id, grass</th><td>10</td>"),
                          HasSubstr("Rings are published values")));
  // A plot without rings does not speak of them.
  data.published[0].top1[0] = std::nullopt;
  EXPECT_THAT(Html(data), Not(HasSubstr("Rings are")));
}

TEST_F(Page, ALegendNamesWhatIsDrawn) {
  reports_.reserve(3);
  Add("zero-shot", 70, 80);
  Add("ft", 95, 60).set_checkpoint("runs/ft/last");
  Add("ours", 93, 85);
  for (auto& [method, report] : reports_) {
    if (method == "ours") continue;
    for (v1::SetReport& set : *report.mutable_sets()) {
      v1::CalibrationBin* bin = set.mutable_calibration()->add_bins();
      bin->set_counted(10);
      bin->set_top1_right(6);
      bin->set_confidence_sum(7);
      set.mutable_calibration()->set_ece(0.125);
    }
  }
  PageData data = Data("");
  data.trainings.push_back({"runs/ft", "f", {{"loss", {{1, 2}, {2, 1}}}}});
  std::string html = Html(data);
  const auto legend_after = [&html](const char* section) {
    const size_t begin =
        html.find("class=\"legend\"", html.find(SectionId(section)));
    return html.substr(begin, html.find("</ul>", begin) - begin);
  };
  EXPECT_THAT(legend_after("training"),
              AllOf(HasSubstr(">ft<"), Not(HasSubstr(">zero-shot<")),
                    Not(HasSubstr(">ours<")), Not(HasSubstr("not evaluated"))));
  EXPECT_THAT(legend_after("calibration"),
              AllOf(HasSubstr(">ft<"), HasSubstr(">zero-shot<"),
                    Not(HasSubstr(">ours<"))));
  data.trainings.push_back({"runs/x", "x", {{"loss", {{1, 2}, {2, 1}}}}});
  html = Html(data);
  EXPECT_THAT(legend_after("training"), HasSubstr(">not evaluated here<"));
}

TEST_F(Page, ShowsWhatModelsAreWrongAbout) {
  reports_.reserve(2);
  const RecordSet images =
      WriteTestImages(JoinPath(dir_, "images"), {.num_images = 4});
  const std::string& fingerprint = images.manifest().content_fingerprint();
  // Image 2 is ours' only error, and ft knows 2 alone.
  for (const auto& [method, top1] :
       {std::pair("ft", 25.0), std::pair("ours", 75.0)}) {
    v1::EvalReport& report = Add(method, top1, top1);
    report.mutable_sets(0)->set_fingerprint(fingerprint);
    std::vector<TestAnswer> answers(4);
    for (size_t i = 0; i < 4; ++i) {
      answers[i].predicted = (i == 2) == (top1 == 75.0);
      answers[i].confidence = 0.9;
    }
    WritePredictions(JoinPath(JoinPath(dir_, "predictions"), method), method,
                     fingerprint, answers);
  }
  PageData data = Data("ft");
  ASSERT_OK_AND_ASSIGN(data.predictions,
                       Predictions::Read({JoinPath(dir_, "predictions")}));
  ASSERT_OK_AND_ASSIGN(data.pictures,
                       PictureSets::Open({JoinPath(dir_, "images")}));
  const std::string html = Html(data);
  EXPECT_THAT(html, AllOf(HasSubstr("Most confident errors of ours"),
                          HasSubstr("id, image-2"),
                          HasSubstr("is cat; taken for dog (90 %)"),
                          HasSubstr("Right with ours, wrong with ft"),
                          HasSubstr("is cat; ours: cat (90 %), ft: dog"),
                          HasSubstr("alt=\"id, image-2\"")));
}

// From the images over masks to the training, whatever lies where it lay.
TEST_F(Page, CommandsBeginWithWhatTrainingRead) {
  const std::string cf = JoinPath(dir_, "cf");
  const RecordSet images = WriteTestImages(JoinPath(dir_, "images"));
  CounterfactualOptions masks;
  masks.image_size = 16;
  masks.patch_size = 4;
  const RecordSet made = WriteMadeCounterfactuals(cf, images, masks);
  v1::EvalReport& report = Add("ours", 95, 60);
  report.set_checkpoint("runs/ours/last");
  v1::Manifest* training = AddLineage("train", 3, {"mode=fd_mask"}, &report);
  training->set_fingerprint("of the training");
  *training->add_inputs() = made.AsInput("counterfactuals");
  const std::string html = Html(Data(""));
  const size_t masking = html.find("mask_tool --");
  const size_t trained = html.find(absl::StrCat(
      "# of the training\ntrain --mode=fd_mask --counterfactuals=", cf,
      " --seed=3 --output=runs/ours\n"));
  ASSERT_NE(masking, std::string::npos);
  ASSERT_NE(trained, std::string::npos);
  EXPECT_LT(masking, trained);
  EXPECT_LT(html.find(images.manifest().content_fingerprint()), masking);
}

TEST_F(Page, AMissingSetIsMissingNotZero) {
  reports_.reserve(2);
  Add("ft", 95, 60);
  Add("ours", 93, 85).mutable_sets()->RemoveLast();
  const std::string html = Html(Data(""));
  EXPECT_THAT(html, AllOf(HasSubstr("<td class=\"missing\">missing</td>"),
                          HasSubstr("ours was not evaluated on r")));
}

}  // namespace
}  // namespace maskfill
