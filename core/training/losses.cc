#include "core/training/losses.h"

#include "ATen/ops/cross_entropy_loss.h"
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

}  // namespace maskfill
