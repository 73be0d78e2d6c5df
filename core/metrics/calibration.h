// Whether probabilities are frequencies. Knows no torch.
#ifndef MASKFILL_CORE_METRICS_CALIBRATION_H_
#define MASKFILL_CORE_METRICS_CALIBRATION_H_

#include <array>
#include <cstdint>
#include <vector>

namespace maskfill {

inline constexpr int kCalibrationBins = 15;

// Collects, for each image, the probability of the most likely class and
// whether that class is right; 16 bytes each.
//
//   CalibrationMeter meter;
//   meter.Add(0.93, true);
//   double error = meter.ExpectedError();
class CalibrationMeter {
 public:
  // Images whose confidence is in (b / 15, (b + 1) / 15].
  struct Bin {
    int64_t images = 0;
    int64_t right = 0;
    double confidence_sum = 0;
  };

  void Add(double confidence, bool right) {
    answers_.push_back({confidence, right});
  }

  // Adds what `other` has seen after this one.
  void Merge(const CalibrationMeter& other) {
    answers_.insert(answers_.end(), other.answers_.begin(),
                    other.answers_.end());
  }

  // The reliability diagram: 15 bins of equal width.
  std::array<Bin, kCalibrationBins> Bins() const;

  // The expected calibration error (Guo et al., "On Calibration of Modern
  // Neural Networks", ICML 2017, equation 3): over these bins the mean of
  // |share right - mean confidence|, weighted by their images. 0 to 1; 0
  // without images.
  double ExpectedError() const;

  // The same over 15 bins of equally many images, by confidence (to one; of
  // equal confidences in the order of Add): adaptive, as Nguyen and O'Connor,
  // "Posterior calibration and exploratory analysis", EMNLP 2015.
  double AdaptiveError() const;

 private:
  struct Answer {
    double confidence;
    bool right;
  };

  std::vector<Answer> answers_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_CALIBRATION_H_
