#include "core/training/losses.h"

#include "ATen/ops/cross_entropy_loss.h"
#include "ATen/ops/kl_div.h"
#include "ATen/ops/log_softmax.h"
#include "ATen/ops/mse_loss.h"

namespace maskfill {

at::Tensor CrossEntropy(const at::Tensor& logits, const at::Tensor& labels) {
  return at::cross_entropy_loss(logits.to(at::kFloat), labels);
}

at::Tensor FeatureDistillation(const at::Tensor& student_features,
                               const at::Tensor& teacher_features) {
  return at::mse_loss(student_features.to(at::kFloat),
                      teacher_features.to(at::kFloat));
}

at::Tensor LogitDistillation(const at::Tensor& student_logits,
                             const at::Tensor& teacher_logits,
                             double temperature) {
  const auto log_probabilities = [temperature](const at::Tensor& logits) {
    return at::log_softmax(logits.to(at::kFloat).div(temperature), 1);
  };
  return at::kl_div(log_probabilities(student_logits),
                    log_probabilities(teacher_logits), at::Reduction::Sum,
                    /*log_target=*/true)
      .mul(temperature * temperature /
           static_cast<double>(student_logits.size(0)));
}

}  // namespace maskfill
