#include "core/model/linear.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "ATen/Context.h"
#include "ATen/autocast_mode.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/mm.h"
#include "core/model/one_dnn.h"
#include "torch/csrc/autograd/custom_function.h"

namespace maskfill {
namespace {

bool UseOneDnn(const at::Tensor& x, const at::Tensor& weight) {
  return x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat &&
         HasOneDnn(x.device(), at::kFloat) && x.numel() > 0 &&
         !at::autocast::is_autocast_enabled(at::kCPU);
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
  // at::mm is oneDNN's in bfloat16.
  if (a.scalar_type() != at::kFloat || MklMultipliesGradients()) {
    return at::mm(a, b);
  }
  return OneDnnLinear(a, b.t());
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
    return OneDnnLinear(rows, weight, bias);
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
          : OneDnnLinear(rows, weight, IfDefined(bias)),
      x);
}

void AddWeightGradient(const at::Tensor& gradient, const at::Tensor& x,
                       double factor, at::Tensor sum) {
  const bool is_float = gradient.scalar_type() == at::kFloat;
  if (is_float && MklMultipliesGradients()) {
    // It adds on the way, and suffers from no number of rows.
    sum.addmm_(gradient.t(), x, /*beta=*/1, factor);
    return;
  }
  // Beyond 800 rows of ViT-B/32's widths oneDNN's float32 product of two
  // transposed matrices falls out of the cache: 800 at 200 GFLOP/s, 3200 at 150
  // to 175.
  constexpr int64_t kValues = 800 * 768;
  const int64_t rows = gradient.size(0);
  const int64_t part =
      is_float
          ? std::min(rows,
                     std::max<int64_t>(
                         1, kValues / std::min(gradient.size(1), x.size(1))))
          : rows;
  for (int64_t begin = 0; begin < rows; begin += part) {
    const int64_t count = std::min(part, rows - begin);
    sum.add_(MultiplyGradient(gradient.narrow(0, begin, count).t(),
                              x.narrow(0, begin, count)),
             factor);
  }
}

}  // namespace maskfill
