#include "core/training/flat_parameters.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/linalg_vector_norm.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/str_cat.h"
#include "core/base/exit_code.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

// Floats per 64 bytes: a cache line, and the widest vector register.
constexpr int64_t kAlignment = 16;

absl::Status CheckFits(const std::string& name, const at::Tensor& tensor,
                       const at::Tensor& first) {
  if (tensor.scalar_type() != at::kFloat || !tensor.is_leaf() ||
      tensor.layout() != at::kStrided) {
    return absl::InvalidArgumentError(
        absl::StrCat("parameter ", name, " is not a dense float32 leaf"));
  }
  if (tensor.device() != first.device()) {
    return absl::InvalidArgumentError(
        absl::StrCat("parameter ", name, " is on ", tensor.device().str(),
                     ", others are on ", first.device().str()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FlatParameters> FlatParameters::Bind(
    const NamedTensors& parameters, int64_t num_sums) {
  if (parameters.empty()) {
    return absl::InvalidArgumentError("no parameter to train");
  }
  FlatParameters flat;
  const at::Tensor& first = parameters.begin()->second;
  int64_t size = 0;
  for (const auto& [name, tensor] : parameters) {
    RETURN_IF_ERROR(CheckFits(name, tensor, first));
    flat.offsets_.push_back(size);
    flat.num_parameters_ += tensor.numel();
    size += (tensor.numel() + kAlignment - 1) / kAlignment * kAlignment;
  }
  at::NoGradGuard no_grad;
  flat.parameters_ = parameters;
  flat.values_ = at::zeros({size}, first.options().requires_grad(false));
  flat.gradients_and_sums_ =
      at::zeros({size + num_sums}, flat.values_.options());
  flat.gradients_ = flat.gradients_and_sums_.narrow(0, 0, size);
  NamedTensors values = flat.Views(flat.values_);
  NamedTensors gradients = flat.Views(flat.gradients_);
  for (const auto& [name, tensor] : parameters) {
    at::Tensor parameter = tensor;  // another handle of the same tensor
    at::Tensor& view = values.at(name);
    view.copy_(parameter);
    parameter.set_data(view);
    parameter.set_requires_grad(true);
    parameter.mutable_grad() = gradients.at(name);
    flat.gradient_views_.push_back(gradients.at(name));
  }
  return flat;
}

at::Tensor FlatParameters::sums() const {
  const int64_t size = gradients_.size(0);
  return gradients_and_sums_.narrow(0, size,
                                    gradients_and_sums_.size(0) - size);
}

void FlatParameters::ZeroGradients() const { gradients_and_sums_.zero_(); }

absl::Status FlatParameters::CheckFinite() const {
  at::NoGradGuard no_grad;
  // The largest magnitude, in one pass: NaN where there is one.
  const double largest =
      at::linalg_vector_norm(values_, std::numeric_limits<double>::infinity())
          .item<double>();
  if (std::isfinite(largest)) return absl::OkStatus();
  return DivergedError(absl::StrCat("a weight is ", largest,
                                    "; training has diverged, try a smaller "
                                    "--learning_rate"));
}

NamedTensors FlatParameters::Views(const at::Tensor& flat) const {
  at::NoGradGuard no_grad;
  NamedTensors views;
  size_t i = 0;
  for (const auto& [name, tensor] : parameters_) {
    views[name] = flat.narrow(0, offsets_[i++], tensor.numel())
                      .view(tensor.sizes())
                      .detach();
  }
  return views;
}

absl::Status FlatParameters::CopyInto(const NamedTensors& tensors,
                                      const at::Tensor& flat) const {
  NamedTensors views = Views(flat);
  for (const auto& [name, tensor] : tensors) {
    const auto view = views.find(name);
    if (view == views.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor ", name, " is none of the trained parameters"));
    }
    if (view->second.sizes() != tensor.sizes()) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor ", name, " is ", ShapeText(tensor.sizes()),
                       ", expected ", ShapeText(view->second.sizes())));
    }
  }
  at::NoGradGuard no_grad;
  for (auto& [name, view] : views) {
    const auto tensor = tensors.find(name);
    if (tensor == tensors.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor ", name, " is missing"));
    }
    view.copy_(tensor->second);
  }
  return absl::OkStatus();
}

}  // namespace maskfill
