#include "core/metrics/temperature.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "core/base/half_float.h"
#include "core/base/ordered_parallel.h"
#include "core/metrics/logit_vector.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// What a logit adds to its image's sums: exp(scale * logit), and that times the
// logit once and twice. Four, so that they fit a register.
struct Terms {
  std::array<float, 4> values = {};

  void Add(const Terms& other) {
    for (size_t i = 0; i < values.size(); ++i) values[i] += other.values[i];
  }
};

// Those of each half that is 0 or less, by its bits without the sign: there are
// far fewer halves than logits.
class TermTable {
 public:
  explicit TermTable(double scale) : scale_(scale), terms_(kHalves) {
    for (size_t bits = 0; bits < kHalves; ++bits) {
      const double logit = LogitOf(static_cast<uint16_t>(bits));
      const double weight = std::exp(scale * logit);
      terms_[bits].values = {static_cast<float>(weight),
                             static_cast<float>(weight * logit),
                             static_cast<float>(weight * logit * logit)};
    }
  }

  double scale() const { return scale_; }
  const Terms& Of(uint16_t half) const { return terms_[half & 0x7fff]; }
  static double LogitOf(uint16_t half) { return -FloatFromHalf(half & 0x7fff); }

 private:
  static constexpr size_t kHalves = 0x8000;

  double scale_;
  std::vector<Terms> terms_;
};

// Of some classes of an image: log of the sum of exp(scale * logit), and mean
// and mean square of their logits, weighted by these.
struct Moments {
  double log_sum = 0;
  double mean = 0;
  double mean_square = 0;
};

// The largest logit of `classes`.
double TopOf(absl::string_view halves, absl::Span<const int64_t> classes) {
  uint16_t least = 0x7fff;  // magnitudes are in the order of their bits
  for (const int64_t c : classes) {
    least = std::min<uint16_t>(least, HalfAt(halves, c) & 0x7fff);
  }
  return TermTable::LogitOf(least);
}

Moments MomentsOf(absl::string_view halves, absl::Span<const int64_t> classes,
                  const TermTable& table) {
  Terms terms, others;  // two, so that no sum waits for the one before
  size_t i = 0;
  for (; i + 1 < classes.size(); i += 2) {
    terms.Add(table.Of(HalfAt(halves, classes[i])));
    others.Add(table.Of(HalfAt(halves, classes[i + 1])));
  }
  if (i < classes.size()) terms.Add(table.Of(HalfAt(halves, classes[i])));
  terms.Add(others);
  double sum = terms.values[0];
  double first = terms.values[1];
  double second = terms.values[2];
  double top = 0;
  if (sum < 1e-20) {
    // All are far below the largest of all classes: relative to their own.
    top = TopOf(halves, classes);
    sum = first = second = 0;
    for (const int64_t c : classes) {
      const double logit = TermTable::LogitOf(HalfAt(halves, c));
      const double weight = std::exp(table.scale() * (logit - top));
      sum += weight;
      first += weight * logit;
      second += weight * logit * logit;
    }
  }
  return {.log_sum = std::log(sum) + table.scale() * top,
          .mean = first / sum,
          .mean_square = second / sum};
}

// Runs over pieces of the images at once; `add` gets the results in order.
template <typename Result>
void ForPieces(size_t images, int num_threads,
               const std::function<Result(size_t begin, size_t end)>& work,
               const std::function<void(Result)>& add) {
  constexpr size_t kPiece = 512;
  size_t next = 0;
  CHECK((OrderedParallel<size_t, Result>(
             ResolveNumThreads(num_threads),
             [&]() -> absl::StatusOr<std::optional<size_t>> {
               if (next >= images) return std::optional<size_t>();
               return std::optional<size_t>(std::exchange(next, next + kPiece));
             },
             [&](size_t begin) -> absl::StatusOr<Result> {
               return work(begin, std::min(begin + kPiece, images));
             },
             [&](Result result) {
               add(std::move(result));
               return absl::OkStatus();
             }))
            .ok());
}

// First and second derivative of the sum of losses by 1 / temperature.
struct Slope {
  double first = 0;
  double second = 0;
};

Slope SlopeAt(absl::Span<const StoredLogits> images,
              absl::Span<const int64_t> allowed, double scale,
              int num_threads) {
  const TermTable table(scale);
  Slope slope;
  ForPieces<Slope>(
      images.size(), num_threads,
      [&](size_t begin, size_t end) {
        Slope piece;
        for (size_t i = begin; i < end; ++i) {
          const absl::string_view halves = images[i].below_largest;
          const Moments all = MomentsOf(halves, allowed, table);
          const Moments right = MomentsOf(halves, images[i].right, table);
          piece.first += all.mean - right.mean;
          piece.second += (all.mean_square - all.mean * all.mean) -
                          (right.mean_square - right.mean * right.mean);
        }
        return piece;
      },
      [&](Slope piece) {
        slope.first += piece.first;
        slope.second += piece.second;
      });
  return slope;
}

// By Newton's method from `scale` on, within bounds of what is known: the loss
// falls up to the best scale and rises beyond.
double BestScale(absl::Span<const StoredLogits> images,
                 absl::Span<const int64_t> allowed, int num_threads,
                 double scale) {
  constexpr double kLeast = 1 / kGreatestTemperature;
  constexpr double kMost = 1 / kLeastTemperature;
  constexpr int kMostSteps = 60;
  constexpr int kShortSteps = 6;
  double low = 0, high = std::numeric_limits<double>::infinity();
  for (int step = 0; step < kMostSteps; ++step) {
    const Slope slope = SlopeAt(images, allowed, scale, num_threads);
    const double end = slope.first < 0 ? kMost : kLeast;
    if (slope.first == 0 || scale == end) break;
    (slope.first < 0 ? low : high) = scale;
    double next = end;
    if (slope.second > 0) {
      next = std::clamp(scale - slope.first / slope.second, kLeast, kMost);
    }
    // Where the loss is nearly flat a step of Newton's is tiny.
    if (step >= kShortSteps && slope.first < 0 && std::isinf(high)) {
      next = std::min(std::max(next, 2 * scale), kMost);
    }
    bool is_newton = true;
    if (next <= low || next >= high) {
      next = std::sqrt(std::max(low, kLeast) * std::min(high, kMost));
      is_newton = false;
    }
    const double change = std::abs(next - scale) / scale;
    scale = next;
    // What is left after a step of Newton's is about the square of the step.
    if (change < (is_newton ? 1e-4 : 1e-7)) break;
  }
  return scale;
}

}  // namespace

absl::StatusOr<double> FitTemperature(absl::Span<const StoredLogits> images,
                                      absl::Span<const int64_t> allowed,
                                      int num_threads) {
  if (images.empty()) {
    return absl::InvalidArgumentError(
        "there is no image to fit a temperature to");
  }
  // Some of the images say where the best scale of all is nearly.
  constexpr size_t kSome = 2048;
  double scale = 1;
  if (images.size() > 4 * kSome) {
    std::vector<StoredLogits> some;
    for (size_t i = 0; i < kSome; ++i) {
      some.push_back(images[i * images.size() / kSome]);
    }
    scale = BestScale(some, allowed, num_threads, scale);
  }
  return 1 / BestScale(images, allowed, num_threads, scale);
}

std::vector<ScaledImage> ScaleByTemperature(
    absl::Span<const StoredLogits> images, absl::Span<const int64_t> allowed,
    double temperature, int num_threads) {
  const TermTable table(1 / temperature);
  std::vector<ScaledImage> scaled;
  scaled.reserve(images.size());
  ForPieces<std::vector<ScaledImage>>(
      images.size(), num_threads,
      [&](size_t begin, size_t end) {
        std::vector<ScaledImage> piece;
        for (size_t i = begin; i < end; ++i) {
          const absl::string_view halves = images[i].below_largest;
          const double top = TopOf(halves, allowed);
          const double all = MomentsOf(halves, allowed, table).log_sum;
          const double right =
              MomentsOf(halves, images[i].right, table).log_sum;
          piece.push_back({.loss = all - right,
                           .confidence = std::exp(table.scale() * top - all)});
        }
        return piece;
      },
      [&](std::vector<ScaledImage> piece) {
        scaled.insert(scaled.end(), piece.begin(), piece.end());
      });
  return scaled;
}

}  // namespace maskfill
