// The terms of the training loss.
#ifndef MASKFILL_CORE_TRAINING_LOSSES_H_
#define MASKFILL_CORE_TRAINING_LOSSES_H_

#include "ATen/core/Tensor.h"

namespace maskfill {

// Mean over N of -log softmax(logits)[label]. `logits` [N, K] floating,
// `labels` [N] int64 in [0, K). [] float32.
at::Tensor CrossEntropy(const at::Tensor& logits, const at::Tensor& labels);

// Mean over N x D of (student - teacher)^2, the method's distillation: of raw
// (projected, not normalised) features, so its scale is that of the features
// and of D. Both [N, D] floating, the teacher without gradient. [] float32.
at::Tensor FeatureDistillation(const at::Tensor& student_features,
                               const at::Tensor& teacher_features);

// Hinton et al., "Distilling the Knowledge in a Neural Network", 2015:
// temperature^2 times the mean over N of KL(p || q), p = softmax(teacher /
// temperature), q = softmax(student / temperature); the square keeps the
// gradient's scale. Both [N, K] floating, the teacher without gradient.
// `temperature` above 0. [] float32.
at::Tensor LogitDistillation(const at::Tensor& student_logits,
                             const at::Tensor& teacher_logits,
                             double temperature);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_LOSSES_H_
