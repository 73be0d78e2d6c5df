#include "core/metrics/prediction.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/metrics/logit_vector.h"

namespace maskfill {
namespace {

// Whether one of the `count` most likely classes is right.
bool IsRight(const v1::PredictionRecord& prediction, int count) {
  if (!prediction.counted()) return false;
  const auto& top = prediction.top_classes();
  const auto& others = prediction.other_labels();
  return std::any_of(top.begin(), top.begin() + std::min(count, top.size()),
                     [&](int64_t c) {
                       return c == prediction.label() ||
                              std::count(others.begin(), others.end(), c) > 0;
                     });
}

}  // namespace

void SetScored(const ScoredImage& scored, v1::PredictionRecord* prediction) {
  prediction->mutable_top_classes()->Assign(scored.top_classes.begin(),
                                            scored.top_classes.end());
  prediction->mutable_top_logits()->Assign(scored.top_logits.begin(),
                                           scored.top_logits.end());
  prediction->set_counted(scored.counted);
  prediction->set_margin(scored.margin);
  prediction->set_log_normalizer(scored.log_normalizer);
  prediction->set_loss(scored.loss);
}

v1::PredictionRecord ToPrediction(const v1::ImageRecord& image,
                                  const ScoredImage& scored) {
  v1::PredictionRecord prediction;
  prediction.set_schema_version(1);
  prediction.set_id(image.id());
  prediction.set_label(image.label());
  *prediction.mutable_other_labels() = image.other_labels();
  prediction.set_group(image.group());
  SetScored(scored, &prediction);
  return prediction;
}

absl::StatusOr<int64_t> NumClassesOf(const v1::PredictionRecord& prediction) {
  const std::string& bytes = prediction.logits().below_largest();
  if (!bytes.empty()) return static_cast<int64_t>(bytes.size() / 2);
  return absl::FailedPreconditionError(absl::StrCat(
      "the prediction for image \"", prediction.id(),
      "\" has no logits, from which other classes, ensembles and temperatures "
      "follow; make it with eval --prediction_contents=logits"));
}

absl::Status Rescore(AccuracyMeter& meter, v1::PredictionRecord* prediction) {
  RETURN_IF_ERROR(NumClassesOf(*prediction).status());
  std::vector<float> logits;
  RETURN_IF_ERROR(
      FromLogitVector(prediction->logits(), meter.num_classes(), &logits));
  ASSIGN_OR_RETURN(const ScoredImage scored,
                   meter.Add(logits, LabelsOf(*prediction)));
  SetScored(scored, prediction);
  return absl::OkStatus();
}

bool IsTop1Right(const v1::PredictionRecord& prediction) {
  return IsRight(prediction, 1);
}

bool IsTop5Right(const v1::PredictionRecord& prediction) {
  return IsRight(prediction, 5);
}

double ConfidenceOf(const v1::PredictionRecord& prediction) {
  if (prediction.top_logits().empty()) return 0;
  return std::exp(prediction.top_logits(0) - prediction.log_normalizer());
}

AccuracySums SumsOf(const v1::PredictionRecord& prediction) {
  return {.images = 1,
          .counted = prediction.counted(),
          .top1_right = IsTop1Right(prediction),
          .top5_right = IsTop5Right(prediction),
          .loss_sum = prediction.loss()};
}

}  // namespace maskfill
