#include "core/model/weight_values.h"

#include <cmath>
#include <limits>
#include <utility>

#include "ATen/ops/aminmax.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace maskfill {
namespace {

constexpr double kLargestLogitScale = 10;

}  // namespace

std::string ValueProblem(absl::string_view name, const at::Tensor& tensor) {
  if (tensor.numel() == 0) return "";
  const auto [least, greatest] = at::aminmax(
      tensor.scalar_type() == at::kDouble ? tensor : tensor.to(at::kFloat));
  for (const double value : {least.item<double>(), greatest.item<double>()}) {
    if (!std::isfinite(value)) {
      return absl::StrCat("holds ", value, ", expected finite numbers");
    }
    if (std::abs(value) > std::numeric_limits<float>::max()) {
      return absl::StrCat("holds ", value, ", more than float32 can");
    }
    if (name == "logit_scale" && std::abs(value) > kLargestLogitScale) {
      return absl::StrCat(
          "is ", value,
          ", the logarithm of the factor of all logits; expected "
          "about 4.6 as in CLIP, ",
          -kLargestLogitScale, " to ", kLargestLogitScale);
    }
  }
  for (const auto& [projection, of] :
       {std::pair("text_projection", "texts"), {"visual.proj", "images"}}) {
    if (name == projection && least.item<double>() == 0 &&
        greatest.item<double>() == 0) {
      return absl::StrCat("is zero throughout, so that all features of ", of,
                          " are zero");
    }
  }
  return "";
}

absl::Status CheckWeightValues(const NamedTensors& tensors) {
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.is_floating_point()) continue;
    if (const std::string problem = ValueProblem(name, tensor);
        !problem.empty()) {
      return absl::DataLossError(absl::StrCat("\"", name, "\" ", problem));
    }
  }
  return absl::OkStatus();
}

}  // namespace maskfill
