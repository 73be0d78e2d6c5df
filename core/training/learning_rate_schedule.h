// Learning rate and AdamW's beta1 as pure functions of the step.
#ifndef MASKFILL_CORE_TRAINING_LEARNING_RATE_SCHEDULE_H_
#define MASKFILL_CORE_TRAINING_LEARNING_RATE_SCHEDULE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

enum class ScheduleKind {
  // torch.optim.lr_scheduler.OneCycleLR, cosine, div_factor 25,
  // final_div_factor 1e4, cycle_momentum: the method's recipe. The learning
  // rate goes max/25 -> max -> max/250000 and beta1 0.95 -> 0.85 -> 0.95,
  // which replaces AdamW's own beta1.
  kOneCycle,
  // Linear from max/warm-up steps to max, then cosine to 0 (WiSE-FT's).
  kCosine,
  // Always max; ignores the warm-up.
  kConstant,
};
absl::StatusOr<ScheduleKind> ParseScheduleKind(absl::string_view text);
std::string ToString(ScheduleKind kind);

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::kOneCycle;
  double max_learning_rate = 3e-5;
  int64_t total_steps = 1;        // > 0
  double warmup_fraction = 0.02;  // of total_steps, in [0, 1]
  double beta1 = 0.9;             // where the schedule does not cycle it
};

struct ScheduleValue {
  double learning_rate = 0;
  double beta1 = 0;
};

// What optimiser step `step` in [0, total_steps) uses. In double precision,
// with PyTorch's formulas in PyTorch's order.
ScheduleValue ScheduleAt(const ScheduleOptions& options, int64_t step);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_LEARNING_RATE_SCHEDULE_H_
