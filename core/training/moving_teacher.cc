#include "core/training/moving_teacher.h"

#include <utility>

#include "ATen/core/grad_mode.h"
#include "absl/strings/str_cat.h"
#include "core/base/names.h"
#include "core/model/moving_average.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// CLIPood's Beta(0.5, 0.5): both ends of the run count most.
constexpr double kBetaShape = 0.5;

std::vector<double> Exponential(int64_t total_steps, double momentum) {
  return std::vector<double>(total_steps, 1 - momentum);
}

// The mean of states 0..t by their shares, from that of states 0..t-1.
std::vector<double> BetaMean(int64_t total_steps, double) {
  const std::vector<double> shares = BetaShares(total_steps + 1, kBetaShape);
  std::vector<double> weights;
  double sum = shares[0];
  for (size_t t = 1; t < shares.size(); ++t) {
    sum += shares[t];
    weights.push_back(shares[t] / sum);
  }
  return weights;
}

constexpr TeacherUpdate kUpdates[] = {
    {.name = "static", .description = "the teacher stays as it is"},
    {.name = "ema",
     .description = "exponential moving average: --teacher_momentum of the "
                    "teacher and the rest of the student after each step",
     .takes_momentum = true,
     .weights = &Exponential},
    {.name = "wma",
     .description = "CLIPood's Beta moving average: the mean of --teacher, as "
                    "state 0, and the student after each step t of T, weighed "
                    "by the density of Beta(0.5, 0.5) at (t + 0.5) / (T + 1)",
     .weights = &BetaMean},
};

}  // namespace

absl::Span<const TeacherUpdate> TeacherUpdates() { return kUpdates; }

absl::StatusOr<const TeacherUpdate*> ParseTeacherUpdate(
    absl::string_view name) {
  if (const TeacherUpdate* row = FindRow(kUpdates, name)) return row;
  return absl::InvalidArgumentError(absl::StrCat("there is no update \"", name,
                                                 "\"; there are ",
                                                 DescribeTeacherUpdates()));
}

std::string DescribeTeacherUpdates() { return DescribeRows(kUpdates); }

MovingTeacher::MovingTeacher(NamedTensors teacher, const TeacherUpdate& update,
                             double momentum, int64_t total_steps)
    : teacher_(std::move(teacher)),
      weights_(update.weights(total_steps, momentum)) {}

void MovingTeacher::Follow(const NamedTensors& student, int64_t step) {
  at::NoGradGuard no_grad;
  CHECK(step >= 1 && step <= static_cast<int64_t>(weights_.size()));
  const double weight = weights_[static_cast<size_t>(step - 1)];
  for (auto& [name, tensor] : teacher_) {
    tensor.lerp_(student.at(name), weight);
  }
}

absl::Status MovingTeacher::Restore(const NamedTensors& state) {
  for (const auto& [name, tensor] : teacher_) {
    const auto found = state.find(name);
    if (found == state.end() || found->second.sizes() != tensor.sizes()) {
      return absl::DataLossError(absl::StrCat(
          "the teacher's tensor ", name, " is ",
          found == state.end() ? "missing" : ShapeText(found->second.sizes()),
          ", expected ", ShapeText(tensor.sizes())));
    }
  }
  at::NoGradGuard no_grad;
  for (auto& [name, tensor] : teacher_) tensor.copy_(state.at(name));
  return absl::OkStatus();
}

}  // namespace maskfill
