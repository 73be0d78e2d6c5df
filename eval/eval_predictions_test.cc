#include "eval/eval_predictions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/metrics/logit_vector.h"
#include "core/record/manifest.h"
#include "core/record/record_set.h"
#include "eval/eval.h"
#include "eval/eval_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::vector<int64_t> kLabels = {0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3};

class EvalPredictionsTest : public EvalStageTest {
 protected:
  void SetUp() override {
    EvalStageTest::SetUp();
    SaveModel("second", 2);
    std::vector<std::string> groups;
    for (size_t i = 0; i < kLabels.size(); ++i) {
      groups.push_back(i % 3 == 0 ? "unusual" : "usual");
    }
    v1::DatasetInfo some = Dataset("some");
    for (const int64_t c : {5, 1, 2}) some.add_allowed_classes(c);
    WriteSet("all", Dataset("all"), kLabels, groups);
    WriteSet("some", some, kLabels);
    options_.inputs = {Path("all"), Path("some")};
  }

  // Evaluates a model and stores what it says.
  v1::EvalReport Store(const std::string& model, bool logits) {
    options_.checkpoint = Path(model);
    options_.predictions = Path(absl::StrCat("predictions of ", model));
    options_.contents.logits = logits;
    options_.run.output = Path(absl::StrCat(model, ".json"));
    const auto stats = Eval(options_);
    EXPECT_OK(stats);
    return stats->reports[0];
  }

  // What asks for the predictions of these models.
  EvalOptions From(const std::vector<std::string>& models) {
    EvalOptions options;
    options.run.output = Path("from.json");
    options.run.num_threads = 2;
    options.run.overwrite = true;
    options.id_sets = options_.id_sets;
    for (const std::string& model : models) {
      options.from_predictions.push_back(
          Path(absl::StrCat("predictions of ", model)));
    }
    return options;
  }

  // All logits that are stored, by image.
  std::vector<std::vector<float>> Logits(const std::string& model,
                                         const std::string& set) {
    std::vector<std::vector<float>> all;
    for (const v1::PredictionRecord& prediction :
         Predictions(Path(absl::StrCat("predictions of ", model, "/", set)))) {
      EXPECT_OK(
          FromLogitVector(prediction.logits(), kClasses, &all.emplace_back()));
    }
    return all;
  }
};

TEST_F(EvalPredictionsTest, GiveTheNumbersOfTheRunThatStoredThem) {
  options_.id_sets = {"all"};
  const v1::EvalReport run = Store("model", true);
  ASSERT_OK_AND_ASSIGN(const EvalStats stats, Eval(From({"model"})));
  const v1::EvalReport& report = stats.reports[0];
  ASSERT_EQ(report.sets_size(), 2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(NumbersOf(report.sets(i)), NumbersOf(run.sets(i)));
  }
  ASSERT_EQ(report.sets(0).restricted_size(), 1);
  EXPECT_EQ(report.sets(0).restricted(0).classes_of(), "some");
  EXPECT_EQ(report.sets(0).restricted(0).classes(), 3);
  EXPECT_EQ(report.sets(0).groups_size(), 2);
  EXPECT_EQ(report.mean_top1(), run.mean_top1());
  EXPECT_EQ(report.ood_mean_top1(), run.sets(1).top1());
  EXPECT_EQ(report.checkpoint(), Path("model"));
  EXPECT_EQ(report.checkpoint_fingerprint(), run.checkpoint_fingerprint());
  EXPECT_EQ(report.precision(), "fp32");
  EXPECT_THAT(stats.text,
              AllOf(HasSubstr("worst group"), HasSubstr("taken for")));
  // Without storing anything the numbers are the same, too.
  options_.predictions.clear();
  options_.contents.logits = false;
  options_.run.output = Path("plain.json");
  ASSERT_OK_AND_ASSIGN(const EvalStats plain, Eval(options_));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(NumbersOf(plain.reports[0].sets(i)), NumbersOf(run.sets(i)));
  }
}

// A model that is asked among these classes from the start is the check.
TEST_F(EvalPredictionsTest, AnswerAmongOtherClasses) {
  Store("model", true);
  v1::DatasetInfo fewer = Dataset("fewer");
  for (const int64_t c : {0, 3, 5}) fewer.add_allowed_classes(c);
  WriteSet("fewer", fewer, kLabels);
  options_.inputs = {Path("fewer")};
  options_.predictions.clear();
  options_.contents.logits = false;
  options_.run.output = Path("fewer.json");
  ASSERT_OK_AND_ASSIGN(const EvalStats asked, Eval(options_));
  EvalOptions from = From({"model"});
  from.from_predictions[0] += "/all";
  from.only_classes = {"class 3", "0", "5"};
  ASSERT_OK_AND_ASSIGN(const EvalStats stats, Eval(from));
  const v1::SetReport& found = stats.reports[0].sets(0);
  const v1::SetReport& expected = asked.reports[0].sets(0);
  EXPECT_EQ(found.images(), kImages);
  EXPECT_EQ(found.counted(), 5);  // labels 0 3 5 0 3
  EXPECT_EQ(found.top1_right(), expected.top1_right());
  EXPECT_EQ(found.allowed_classes(), 3);
  EXPECT_NEAR(found.loss(), expected.loss(), expected.loss() / 2048);
  EXPECT_NEAR(found.calibration().ece(), expected.calibration().ece(), 1e-3);
  // These are not the numbers of all classes.
  ASSERT_OK_AND_ASSIGN(const EvalStats all, Eval(From({"model"})));
  EXPECT_NE(found.fingerprint(), all.reports[0].sets(0).fingerprint());
}

TEST_F(EvalPredictionsTest, LookAtSomeGroups) {
  const v1::EvalReport run = Store("model", false);
  EvalOptions from = From({"model"});
  from.from_predictions[0] += "/all";
  from.only_groups = {"unusual"};
  ASSERT_OK_AND_ASSIGN(const EvalStats stats, Eval(from));
  const v1::SetReport& found = stats.reports[0].sets(0);
  ASSERT_EQ(run.sets(0).groups(0).name(), "unusual");
  EXPECT_EQ(found.counted(), 4);  // images 0 3 6 9
  EXPECT_EQ(found.top1_right(), run.sets(0).groups(0).top1_right());
  EXPECT_NE(found.fingerprint(), run.sets(0).fingerprint());
  from.only_groups = {"nobody"};
  EXPECT_THAT(Eval(from), StatusIs(absl::StatusCode::kFailedPrecondition,
                                   HasSubstr("--only_groups=nobody; ")));
}

// The most likely class by hand, of each kind of mean.
TEST_F(EvalPredictionsTest, AnswerAsAnEnsemble) {
  Store("model", true);
  Store("second", true);
  const auto first = Logits("model", "all");
  const auto second = Logits("second", "all");
  int64_t right_by_logits = 0, right_by_probabilities = 0;
  double loss_by_probabilities = 0;
  for (size_t i = 0; i < first.size(); ++i) {
    std::vector<double> logits, probabilities;
    // Logits are up to a thousand: exp() of their distances to the largest.
    const auto softmax = [](const std::vector<float>& values, size_t c) {
      const double largest = *std::max_element(values.begin(), values.end());
      double sum = 0;
      for (const float value : values) sum += std::exp(value - largest);
      return std::exp(values[c] - largest) / sum;
    };
    for (size_t c = 0; c < kClasses; ++c) {
      logits.push_back(first[i][c] + second[i][c]);
      probabilities.push_back((softmax(first[i], c) + softmax(second[i], c)) /
                              2);
    }
    const auto is_right = [&](const std::vector<double>& scores) {
      return std::max_element(scores.begin(), scores.end()) - scores.begin() ==
             kLabels[i];
    };
    right_by_logits += is_right(logits);
    right_by_probabilities += is_right(probabilities);
    loss_by_probabilities -=
        std::log(probabilities[static_cast<size_t>(kLabels[i])]);
  }
  EvalOptions from = From({"model", "second"});
  from.ensemble = Ensemble::kLogits;
  ASSERT_OK_AND_ASSIGN(const EvalStats logits, Eval(from));
  EXPECT_EQ(logits.reports[0].sets(0).top1_right(), right_by_logits);
  EXPECT_EQ(logits.reports[0].ensemble(), "logits");
  EXPECT_EQ(logits.reports[0].checkpoint(), "");
  ASSERT_EQ(logits.reports[0].models_size(), 2);
  EXPECT_EQ(logits.reports[0].models(1).checkpoint(), Path("second"));
  from.ensemble = Ensemble::kProbabilities;
  ASSERT_OK_AND_ASSIGN(const EvalStats probabilities, Eval(from));
  EXPECT_EQ(probabilities.reports[0].sets(0).top1_right(),
            right_by_probabilities);
  EXPECT_NEAR(probabilities.reports[0].sets(0).loss(),
              loss_by_probabilities / kImages, 1e-3);
}

TEST_F(EvalPredictionsTest, AreAtTheirBestAtTheFittedTemperature) {
  // A set on which the model is right but for two images.
  Store("model", true);
  std::vector<int64_t> labels;
  for (const v1::PredictionRecord& prediction :
       Predictions(Path("predictions of model/all"))) {
    labels.push_back(prediction.top_classes(labels.size() < 2 ? 1 : 0));
  }
  ASSERT_OK(RemoveTree(Path("all")));
  WriteSet("all", Dataset("all"), labels);
  ASSERT_OK(RemoveTree(Path("predictions of model")));
  ASSERT_OK(RemoveFile(Path("model.json")));
  const v1::EvalReport run = Store("model", true);
  EvalOptions from = From({"model"});
  from.fit_temperature_on = "all";
  ASSERT_OK_AND_ASSIGN(const EvalStats stats, Eval(from));
  const v1::SetReport& fitted = stats.reports[0].sets(0);
  ASSERT_TRUE(fitted.has_scaled());
  EXPECT_EQ(fitted.scaled().fitted_on(), "all");
  EXPECT_LE(fitted.scaled().loss(), fitted.loss() + 1e-4);
  // The mean loss at that temperature, by its definition.
  const auto loss_at = [&](double temperature) {
    const auto logits = Logits("model", "all");
    double loss = 0;
    for (size_t i = 0; i < logits.size(); ++i) {
      const double right = logits[i][static_cast<size_t>(labels[i])];
      double sum = 0;
      for (const float logit : logits[i]) {
        sum += std::exp((logit - right) / temperature);
      }
      loss += std::log(sum);
    }
    return loss / kImages;
  };
  const double temperature = fitted.scaled().temperature();
  EXPECT_LT(temperature, 99);
  EXPECT_NEAR(fitted.scaled().loss(), loss_at(temperature), 1e-4);
  EXPECT_LE(fitted.scaled().loss(), loss_at(temperature * 1.05));
  EXPECT_LE(fitted.scaled().loss(), loss_at(temperature * 0.95));
  // The other set is told at the same temperature, its other numbers stay.
  EXPECT_EQ(stats.reports[0].sets(1).scaled().temperature(), temperature);
  EXPECT_EQ(stats.reports[0].sets(1).loss(), run.sets(1).loss());
  EXPECT_THAT(stats.text, HasSubstr("ECE at T"));
}

TEST_F(EvalPredictionsTest, SayWhereLogitsAreNeeded) {
  Store("model", false);
  EvalOptions classes = From({"model"});
  classes.only_classes = {"1"};
  EvalOptions temperature = From({"model"});
  temperature.fit_temperature_on = "all";
  EvalOptions control = From({"model"});
  control.id_sets = {"all"};
  for (const EvalOptions& options : {classes, temperature, control}) {
    EXPECT_THAT(Eval(options), StatusIs(absl::StatusCode::kFailedPrecondition,
                                        HasSubstr("logits")));
  }
}

TEST_F(EvalPredictionsTest, RefuseWhatDoesNotFitTogether) {
  Store("model", true);
  EvalOptions from = From({"model", "model"});
  EXPECT_THAT(Eval(from), StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("--ensemble")));
  // Predictions of another model for other images of the same name.
  ASSERT_OK(RemoveTree(Path("all")));
  WriteSet("all", Dataset("all"), {6, 5, 4, 3, 2, 1, 0, 6, 5, 4, 3});
  Store("second", true);
  from = From({"model", "second"});
  from.ensemble = Ensemble::kLogits;
  EXPECT_THAT(Eval(from), StatusIs(absl::StatusCode::kFailedPrecondition,
                                   HasSubstr("different images")));
  ASSERT_OK(RemoveTree(Path("predictions of second/some")));
  EXPECT_THAT(Eval(from), StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("other sets")));
}

TEST_F(EvalPredictionsTest, NameWhatIsNotThere) {
  Store("model", true);
  EvalOptions from = From({"nobody"});
  EXPECT_THAT(Eval(from), StatusIs(absl::StatusCode::kNotFound,
                                   HasSubstr("predictions of nobody")));
  from = From({"model"});
  from.only_classes = {"7"};
  EXPECT_THAT(Eval(from),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"7\""), HasSubstr("0 to 6"))));
  from.only_classes = {"0"};  // none of those of "some"
  EXPECT_THAT(Eval(from), StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("\"some\"")));
  from = From({"model"});
  from.fit_temperature_on = "validation";
  EXPECT_THAT(Eval(from), StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("\"validation\"")));
  from = From({"model"});
  from.id_sets = {"imagenet"};
  EXPECT_THAT(Eval(from), StatusIs(absl::StatusCode::kInvalidArgument,
                                   AllOf(HasSubstr("\"imagenet\""),
                                         HasSubstr("all, some"))));
}

// Version 1 of eval stored neither groups nor losses.
TEST_F(EvalPredictionsTest, RefuseThoseOfAnOlderVersion) {
  Store("model", false);
  const std::string dir = Path("predictions of model/all");
  ASSERT_OK_AND_ASSIGN(v1::Manifest manifest,
                       ReadManifest(JoinPath(dir, "all.manifest.json")));
  manifest.set_algorithm_version(1);
  manifest.set_fingerprint(ComputeFingerprint(manifest));
  manifest.set_content_fingerprint(ComputeContentFingerprint(manifest));
  ASSERT_OK(WriteManifest(dir, manifest));
  EXPECT_THAT(Eval(From({"model"})),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("version 1"), HasSubstr("again"))));
}

}  // namespace
}  // namespace maskfill
