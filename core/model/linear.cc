#include "core/model/linear.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ATen/Context.h"
#include "ATen/autocast_mode.h"
#include "ATen/core/dispatch/Dispatcher.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/mm.h"
#include "ATen/ops/silu.h"
#include "torch/csrc/autograd/custom_function.h"

namespace maskfill {
namespace {

using LinearPointwise = at::Tensor(const at::Tensor&, const at::Tensor&,
                                   const std::optional<at::Tensor>&,
                                   std::string_view,
                                   c10::List<std::optional<at::Scalar>>,
                                   std::optional<std::string_view>);
using LinearPointwiseHandle = c10::TypedOperatorHandle<LinearPointwise>;

// oneDNN's product, when this LibTorch was built with it.
const std::optional<LinearPointwiseHandle>& OneDnnLinear() {
  static const auto* handle = [] {
    auto* found = new std::optional<LinearPointwiseHandle>();
    const auto schema = c10::Dispatcher::singleton().findSchema(
        {"mkldnn::_linear_pointwise", ""});
    if (schema.has_value() && at::globalContext().hasMKLDNN()) {
      *found = schema->typed<LinearPointwise>();
    }
    return found;
  }();
  return *handle;
}

bool UseOneDnn(const at::Tensor& x, const at::Tensor& weight) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat &&
         weight.scalar_type() == at::kFloat && x.numel() > 0 &&
         !at::autocast::is_autocast_enabled(at::kCPU) &&
         at::globalContext().userEnabledMkldnn() && OneDnnLinear().has_value();
}

// rows [M, I], weight [O, I], both with any strides; `activation`: "none" or
// "swish" (silu).
at::Tensor Multiply(const at::Tensor& rows, const at::Tensor& weight,
                    const std::optional<at::Tensor>& bias,
                    std::string_view activation) {
  return OneDnnLinear()->call(rows, weight, bias, activation,
                              c10::List<std::optional<at::Scalar>>(),
                              std::nullopt);
}

// Whether MKL multiplies transposed matrices, as gradients need it, faster than
// oneDNN. By the processor's maker alone, not by measuring: the same machine
// gives the same bits.
bool MklMultipliesGradients() {
#if defined(__x86_64__)
  static const bool is_intel = [] {
    __builtin_cpu_init();
    return __builtin_cpu_is("intel") != 0;
  }();
  return is_intel && at::globalContext().hasMKL();
#else
  return false;
#endif
}

// [A, B] x [B, C], any strides.
at::Tensor MultiplyGradient(const at::Tensor& a, const at::Tensor& b) {
  if (MklMultipliesGradients()) return at::mm(a, b);
  return Multiply(a, b.t(), std::nullopt, "none");
}

constexpr char kHasBias[] = "has_bias";

class OneDnnLinearFunction
    : public torch::autograd::Function<OneDnnLinearFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context,
                            const at::Tensor& rows, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias) {
    context->saved_data[kHasBias] = bias.has_value();
    // What no gradient will need is not kept alive.
    context->save_for_backward({weight.requires_grad() ? rows : at::Tensor(),
                                rows.requires_grad() ? weight : at::Tensor()});
    return Multiply(rows, weight, bias, "none");
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      const torch::autograd::variable_list& output_gradients) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const at::Tensor gradient = output_gradients[0].contiguous();
    torch::autograd::variable_list gradients(3);
    if (context->needs_input_grad(0)) {
      gradients[0] = MultiplyGradient(gradient, saved[1]);
    }
    if (context->needs_input_grad(1)) {
      gradients[1] = MultiplyGradient(gradient.t(), saved[0]);
    }
    if (context->saved_data[kHasBias].toBool() &&
        context->needs_input_grad(2)) {
      gradients[2] = gradient.sum(0);
    }
    return gradients;
  }
};

bool NeedsGradient(const at::Tensor& x, const at::Tensor& weight,
                   const at::Tensor& bias) {
  return at::GradMode::is_enabled() &&
         (x.requires_grad() || weight.requires_grad() ||
          (bias.defined() && bias.requires_grad()));
}

std::optional<at::Tensor> IfDefined(const at::Tensor& tensor) {
  if (!tensor.defined()) return std::nullopt;
  return tensor;
}

// [..., I] -> [M, I] and back.
at::Tensor Rows(const at::Tensor& x) {
  return x.reshape({-1, x.size(-1)}).contiguous();
}
at::Tensor LikeInput(const at::Tensor& rows, const at::Tensor& x) {
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = rows.size(1);
  return rows.view(shape);
}

}  // namespace

at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight,
                  const at::Tensor& bias) {
  if (!UseOneDnn(x, weight)) return at::linear(x, weight, bias);
  const at::Tensor rows = Rows(x);
  return LikeInput(
      NeedsGradient(x, weight, bias)
          ? OneDnnLinearFunction::apply(rows, weight, IfDefined(bias))
          : Multiply(rows, weight, IfDefined(bias), "none"),
      x);
}

at::Tensor LinearSilu(const at::Tensor& x, const at::Tensor& weight,
                      const at::Tensor& bias) {
  if (UseOneDnn(x, weight) && !NeedsGradient(x, weight, bias)) {
    return LikeInput(Multiply(Rows(x), weight, IfDefined(bias), "swish"), x);
  }
  return at::silu(Linear(x, weight, bias));
}

}  // namespace maskfill
