#include "core/model/recomputed.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "ATen/autocast_mode.h"
#include "ATen/core/grad_mode.h"
#include "ATen/core/ivalue.h"
#include "core/model/autocast_guard.h"
#include "core/model/device.h"
#include "torch/csrc/autograd/autograd.h"
#include "torch/csrc/autograd/custom_function.h"

namespace maskfill {
namespace {

using TensorFunction = std::function<at::Tensor(const at::Tensor&)>;

class Recomputation : public torch::autograd::Function<Recomputation> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context,
                            const at::Tensor& x, at::TensorList parameters,
                            const std::shared_ptr<TensorFunction>& function) {
    std::vector<at::Tensor> saved = {x};
    saved.insert(saved.end(), parameters.begin(), parameters.end());
    context->save_for_backward(std::move(saved));
    context->saved_data[kHeld] = c10::IValue::make_capsule(
        c10::make_intrusive<Held>(function, PrecisionOf(x.device())));
    // With a graph, which is dropped at once: without one other kernels would
    // be taken, that round otherwise.
    return Compute(*function, x.detach().requires_grad_()).detach();
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      const torch::autograd::variable_list& output_gradients) {
    const auto held = c10::static_intrusive_pointer_cast<Held>(
        context->saved_data[kHeld].toCapsule());
    std::vector<at::Tensor> inputs = context->get_saved_variables();
    inputs[0] = inputs[0].detach().requires_grad_();
    at::Tensor y;
    {
      const AutocastGuard autocast(inputs[0].device().type(), held->precision);
      y = Compute(*held->function, inputs[0]);
    }
    torch::autograd::variable_list gradients = torch::autograd::grad(
        {y}, inputs, output_gradients, /*retain_graph=*/false,
        /*create_graph=*/false, /*allow_unused=*/true);
    gradients.emplace_back();  // of `function`
    return gradients;
  }

 private:
  static constexpr char kHeld[] = "held";
  struct Held : torch::CustomClassHolder {
    Held(std::shared_ptr<TensorFunction> of, Precision in)
        : function(std::move(of)), precision(in) {}
    const std::shared_ptr<TensorFunction> function;
    const Precision precision;  // of an AutocastGuard around the forward pass
  };

  static Precision PrecisionOf(at::Device device) {
    return at::autocast::is_autocast_enabled(device.type()) ? Precision::kBf16
                                                            : Precision::kFp32;
  }

  static at::Tensor Compute(const TensorFunction& function,
                            const at::Tensor& x) {
    const at::AutoGradMode with_graph(true);
    return function(x);
  }
};

}  // namespace

at::Tensor Recomputed(TensorFunction function, const at::Tensor& x,
                      at::TensorList parameters) {
  if (!at::GradMode::is_enabled() || !x.requires_grad()) return function(x);
  std::vector<at::Tensor> trained;
  std::copy_if(parameters.begin(), parameters.end(),
               std::back_inserter(trained),
               [](const at::Tensor& tensor) { return tensor.requires_grad(); });
  return Recomputation::apply(
      x, at::TensorList(trained),
      std::make_shared<TensorFunction>(std::move(function)));
}

}  // namespace maskfill
