#include "core/training/learning_rate_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "absl/status/status.h"
#include "core/base/names.h"

namespace maskfill {
namespace {

constexpr double kDivFactor = 25.0;
constexpr double kFinalDivFactor = 1e4;
constexpr double kMaxMomentum = 0.95;
constexpr double kBaseMomentum = 0.85;

// From `start` at 0 to `end` at 1.
double CosineBetween(double start, double end, double fraction) {
  return end +
         (start - end) / 2.0 * (std::cos(std::numbers::pi * fraction) + 1.0);
}

ScheduleValue OneCycle(const ScheduleOptions& options, int64_t step) {
  const double total = static_cast<double>(options.total_steps);
  const double initial = options.max_learning_rate / kDivFactor;
  const double last = initial / kFinalDivFactor;
  const double position = static_cast<double>(step);
  // Of a short run this is below 0: then the first phase has no step.
  const double peak = options.warmup_fraction * total - 1.0;
  if (position <= peak) {
    // PyTorch divides by zero when the peak is step 0; it is the peak.
    const double fraction = peak > 0 ? position / peak : 1.0;
    return {CosineBetween(initial, options.max_learning_rate, fraction),
            CosineBetween(kMaxMomentum, kBaseMomentum, fraction)};
  }
  const double fraction = (position - peak) / (total - 1.0 - peak);
  return {CosineBetween(options.max_learning_rate, last, fraction),
          CosineBetween(kBaseMomentum, kMaxMomentum, fraction)};
}

double Cosine(const ScheduleOptions& options, int64_t step) {
  const int64_t warmup = std::llround(options.warmup_fraction *
                                      static_cast<double>(options.total_steps));
  if (step < warmup) {
    return options.max_learning_rate * static_cast<double>(step + 1) /
           static_cast<double>(warmup);
  }
  const int64_t rest = std::max<int64_t>(1, options.total_steps - warmup);
  const double fraction =
      static_cast<double>(step - warmup) / static_cast<double>(rest);
  return CosineBetween(options.max_learning_rate, 0.0, fraction);
}

// In the order of ScheduleKind.
constexpr const char* kKinds[] = {"one_cycle", "cosine", "constant"};

}  // namespace

absl::StatusOr<ScheduleKind> ParseScheduleKind(absl::string_view text) {
  return ParseName<ScheduleKind>(kKinds, text,
                                 "unknown schedule \"$0\"; expected $1");
}

std::string ToString(ScheduleKind kind) {
  return kKinds[static_cast<size_t>(kind)];
}

ScheduleValue ScheduleAt(const ScheduleOptions& options, int64_t step) {
  switch (options.kind) {
    case ScheduleKind::kOneCycle:
      return OneCycle(options, step);
    case ScheduleKind::kCosine:
      return {Cosine(options, step), options.beta1};
    case ScheduleKind::kConstant:
      break;
  }
  return {options.max_learning_rate, options.beta1};
}

}  // namespace maskfill
