#include "eval/scaled_predictions.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/metrics/calibration.h"
#include "core/metrics/prediction.h"
#include "eval/set_evaluation.h"

namespace maskfill {
namespace {

// The allowed classes, where there are `num_classes`.
std::vector<int64_t> AllowedOf(const v1::DatasetInfo& dataset,
                               int64_t num_classes) {
  const auto& allowed = dataset.allowed_classes();
  if (!allowed.empty()) return {allowed.begin(), allowed.end()};
  std::vector<int64_t> all(static_cast<size_t>(num_classes));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

absl::StatusOr<ScaledPredictions> ScaledPredictions::Read(
    const StoredPredictions& predictions, const v1::DatasetInfo& dataset,
    int num_threads) {
  ScaledPredictions scaled;
  scaled.num_threads_ = num_threads;
  using Images = std::vector<ScalableImage>;
  RETURN_IF_ERROR(ForEachShard<Images>(
      predictions, num_threads,
      [&](PredictionList list) { return ToScalable(dataset, std::move(list)); },
      [&](Images images) {
        std::move(images.begin(), images.end(),
                  std::back_inserter(scaled.images_));
        return absl::OkStatus();
      }));
  if (!scaled.images_.empty()) {
    scaled.allowed_ = AllowedOf(
        dataset,
        static_cast<int64_t>(scaled.images_[0].below_largest.size() / 2));
  }
  return scaled;
}

absl::StatusOr<std::vector<ScaledPredictions::ScalableImage>>
ScaledPredictions::ToScalable(const v1::DatasetInfo& dataset,
                              PredictionList predictions) {
  std::vector<ScalableImage> images;
  if (predictions.empty()) return images;
  ASSIGN_OR_RETURN(const int64_t num_classes, NumClassesOf(predictions[0]));
  const std::vector<int64_t> allowed = AllowedOf(dataset, num_classes);
  for (v1::PredictionRecord& prediction : predictions) {
    if (!prediction.counted()) continue;
    ASSIGN_OR_RETURN(const int64_t found, NumClassesOf(prediction));
    if (found != num_classes || allowed.back() >= num_classes) {
      return absl::DataLossError(absl::StrCat(
          "image \"", prediction.id(), "\": its prediction has ", found,
          " logits, expected ", num_classes, " and one for every class"));
    }
    ScalableImage& image = images.emplace_back();
    image.top1_right = IsTop1Right(prediction);
    for (const int64_t label : LabelsOf(prediction)) {
      if (std::binary_search(allowed.begin(), allowed.end(), label) &&
          std::count(image.right.begin(), image.right.end(), label) == 0) {
        image.right.push_back(label);
      }
    }
    image.below_largest =
        std::move(*prediction.mutable_logits()->mutable_below_largest());
  }
  return images;
}

std::vector<StoredLogits> ScaledPredictions::Stored() const {
  std::vector<StoredLogits> stored;
  stored.reserve(images_.size());
  for (const ScalableImage& image : images_) {
    stored.push_back({image.below_largest, image.right});
  }
  return stored;
}

absl::StatusOr<double> ScaledPredictions::FitTemperature() const {
  return maskfill::FitTemperature(Stored(), allowed_, num_threads_);
}

v1::ScaledReport ScaledPredictions::At(double temperature) const {
  const std::vector<ScaledImage> scaled =
      ScaleByTemperature(Stored(), allowed_, temperature, num_threads_);
  CalibrationMeter meter;
  double loss = 0;
  for (size_t i = 0; i < images_.size(); ++i) {
    meter.Add(scaled[i].confidence, images_[i].top1_right);
    loss += scaled[i].loss;
  }
  v1::ScaledReport report;
  report.set_temperature(temperature);
  if (!images_.empty()) {
    report.set_loss(loss / static_cast<double>(images_.size()));
  }
  *report.mutable_calibration() = CalibrationReport(meter, true);
  return report;
}

}  // namespace maskfill
