// Temperature scaling of logits that predictions keep. Knows no torch.
#ifndef MASKFILL_CORE_METRICS_TEMPERATURE_H_
#define MASKFILL_CORE_METRICS_TEMPERATURE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace maskfill {

// One counted image: LogitVector.below_largest, and its right classes, allowed
// ones, at least one.
struct StoredLogits {
  absl::string_view below_largest;
  std::vector<int64_t> right;
};

// An image at a temperature: softmax(logits / temperature) over the allowed
// classes.
struct ScaledImage {
  double loss = 0;        // -log of the probability of the right classes
  double confidence = 0;  // the probability of the most likely class
};

inline constexpr double kLeastTemperature = 0.01;
inline constexpr double kGreatestTemperature = 100;

// The temperature at which the mean loss of `images` is least (Guo et al.,
// "On Calibration of Modern Neural Networks", ICML 2017, section 4.2), to
// 1e-5 of itself; the nearer end of the range above when it lies outside, as
// it does when every image is right (1 where the loss is nothing already). By
// Newton's method for 1 / temperature, in which the loss of images with one
// right class is convex. Does not depend on the number of threads (0: all
// cores). InvalidArgument without images.
absl::StatusOr<double> FitTemperature(absl::Span<const StoredLogits> images,
                                      absl::Span<const int64_t> allowed,
                                      int num_threads);

// Of every image, in order.
std::vector<ScaledImage> ScaleByTemperature(
    absl::Span<const StoredLogits> images, absl::Span<const int64_t> allowed,
    double temperature, int num_threads);

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_TEMPERATURE_H_
