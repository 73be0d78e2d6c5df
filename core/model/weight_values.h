// Values that no model's weights have.
#ifndef MASKFILL_CORE_MODEL_WEIGHT_VALUES_H_
#define MASKFILL_CORE_MODEL_WEIGHT_VALUES_H_

#include <string>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/model/named_tensors.h"

namespace maskfill {

// What is wrong with the values of the floating-point tensor `name` (OpenAI's
// names), or an empty text: a NaN, an infinity, a number that float32 cannot
// hold, a logit_scale whose exponential is no temperature (CLIP's lie between
// ln(1 / 0.07) = 2.66 and ln(100) = 4.61; -10 to 10 pass), a
// text_projection that is zero throughout. Reads the tensor once.
std::string ValueProblem(absl::string_view name, const at::Tensor& tensor);

// DataLoss that names the first tensor with a ValueProblem.
absl::Status CheckWeightValues(const NamedTensors& tensors);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_WEIGHT_VALUES_H_
