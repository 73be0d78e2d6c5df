#include "core/metrics/calibration.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace maskfill {
namespace {

using Bins = std::array<CalibrationMeter::Bin, kCalibrationBins>;

void AddTo(double confidence, bool right, CalibrationMeter::Bin* bin) {
  ++bin->images;
  bin->right += right;
  bin->confidence_sum += confidence;
}

double ErrorOf(const Bins& bins) {
  double error = 0;
  int64_t images = 0;
  for (const CalibrationMeter::Bin& bin : bins) {
    images += bin.images;
    error += std::abs(static_cast<double>(bin.right) - bin.confidence_sum);
  }
  return images == 0 ? 0 : error / static_cast<double>(images);
}

}  // namespace

Bins CalibrationMeter::Bins() const {
  std::array<Bin, kCalibrationBins> bins;
  for (const Answer& answer : answers_) {
    const double place = std::ceil(answer.confidence * kCalibrationBins) - 1;
    AddTo(answer.confidence, answer.right,
          &bins[static_cast<size_t>(
              std::clamp(place, 0.0, kCalibrationBins - 1.0))]);
  }
  return bins;
}

double CalibrationMeter::ExpectedError() const { return ErrorOf(Bins()); }

double CalibrationMeter::AdaptiveError() const {
  std::vector<Answer> sorted = answers_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Answer& a, const Answer& b) {
                     return a.confidence < b.confidence;
                   });
  std::array<Bin, kCalibrationBins> bins;
  for (size_t i = 0; i < sorted.size(); ++i) {
    AddTo(sorted[i].confidence, sorted[i].right,
          &bins[i * kCalibrationBins / sorted.size()]);
  }
  return ErrorOf(bins);
}

}  // namespace maskfill
