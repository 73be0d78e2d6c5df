#include "core/model/linear_map.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/core/ivalue.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/silu.h"
#include "ATen/ops/zeros_like.h"
#include "core/model/linear.h"
#include "core/model/one_dnn.h"
#include "torch/csrc/autograd/custom_function.h"

namespace maskfill {
namespace {

// Values of a weight that is worth packing. To choose the layout takes oneDNN
// 0.1 ms each time, more than the products until the next step gain from it.
constexpr int64_t kLeastPacked = int64_t{1} << 18;

// The part of a parameter, or of its gradient, that the map has: [O, I] or [O].
at::Tensor Part(const at::Tensor& parameter, const LinearMapOptions& options) {
  const at::Tensor part =
      options.num_outputs > 0
          ? parameter.narrow(0, options.first_output, options.num_outputs)
          : parameter;
  return part.dim() > 2 ? part.flatten(1) : part;
}

at::Tensor Scaled(const at::Tensor& tensor, double factor) {
  return factor == 1 ? tensor : tensor.mul(factor);
}

// Of a leaf, made where there is none yet.
at::Tensor GradientOf(const at::Tensor& parameter) {
  if (!parameter.grad().defined()) {
    parameter.mutable_grad() = at::zeros_like(parameter);
  }
  return parameter.grad();
}

std::optional<at::Tensor> IfDefined(const at::Tensor& tensor) {
  if (!tensor.defined()) return std::nullopt;
  return tensor;
}

// [..., C] -> [M, C], contiguous: oneDNN has only its reference loops for rows
// that lie apart, as those of class tokens do, a hundred times slower.
at::Tensor Rows(const at::Tensor& tensor) {
  return tensor.reshape({-1, tensor.size(-1)}).contiguous();
}

}  // namespace

// What a prepared map multiplies by. For many threads.
class LinearMap::Copies {
 public:
  Copies(const LinearMap& map, at::ScalarType dtype)
      : weight_(map.weight_),
        bias_(map.bias_),
        options_(map.options_),
        dtype_(dtype),
        packed_(HasOneDnn(weight_.device(), dtype)) {}

  at::ScalarType dtype() const { return dtype_; }
  // Whether oneDNN multiplies by the copies below.
  bool packed() const { return packed_; }

  // [O, I].
  const at::Tensor& Weight() const {
    std::call_once(weight_once_, [this] {
      const at::Tensor scaled = ScaledWeight();
      weight_copy_ = Ready(scaled);
      // The backward pass to come needs the same values.
      if (weight_.requires_grad()) transposed_copy_ = Ready(scaled.t());
    });
    return weight_copy_;
  }
  // [I, O]: for gradients of x.
  const at::Tensor& Transposed() const {
    Weight();
    std::call_once(transposed_once_, [this] {
      if (transposed_copy_.defined()) return;
      transposed_copy_ = Ready(ScaledWeight().t());
    });
    return transposed_copy_;
  }
  // [O], undefined without bias.
  const at::Tensor& Bias() const {
    std::call_once(bias_once_, [this] {
      const at::NoGradGuard no_gradients;
      if (!bias_.defined()) return;
      bias_copy_ = Scaled(Part(bias_, options_).detach(), options_.bias_factor)
                       .to(dtype_);
    });
    return bias_copy_;
  }

  // `gradient` [M, O] of the map's results for `x` [M, I].
  void AddGradients(const at::Tensor& gradient, const at::Tensor& x) const {
    AddWeightGradient(gradient, x, options_.weight_factor,
                      Part(GradientOf(weight_), options_));
    if (!bias_.defined()) return;
    Part(GradientOf(bias_), options_)
        .add_(gradient.sum(0), options_.bias_factor);
  }

 private:
  at::Tensor ScaledWeight() const {
    const at::NoGradGuard no_gradients;
    return Scaled(Part(weight_, options_).detach(), options_.weight_factor)
        .to(dtype_);
  }
  at::Tensor Ready(const at::Tensor& weight) const {
    const at::NoGradGuard no_gradients;
    if (!packed_) return weight;
    return weight.numel() < kLeastPacked ? weight.clone()
                                         : PackForOneDnn(weight);
  }

  const at::Tensor weight_, bias_;
  const LinearMapOptions options_;
  const at::ScalarType dtype_;
  const bool packed_;
  mutable std::once_flag weight_once_, transposed_once_, bias_once_;
  mutable at::Tensor weight_copy_, transposed_copy_, bias_copy_;
};

class LinearMap::Product : public torch::autograd::Function<Product> {
 public:
  // `weight` is there to be asked whether a gradient is wanted.
  static at::Tensor forward(torch::autograd::AutogradContext* context,
                            const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& residual,
                            const std::shared_ptr<const Copies>& copies) {
    context->saved_data[kCopies] =
        c10::IValue::make_capsule(c10::make_intrusive<Capsule>(copies));
    context->saved_data[kHasResidual] = residual.has_value();
    // What no gradient will need is not kept alive.
    context->save_for_backward({weight.requires_grad() ? x : at::Tensor()});
    return Multiply(*copies, x, residual);
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      const torch::autograd::variable_list& output_gradients) {
    const auto held = c10::static_intrusive_pointer_cast<Capsule>(
        context->saved_data[kCopies].toCapsule());
    const at::Tensor gradient = output_gradients[0].contiguous();
    torch::autograd::variable_list gradients(4);  // as many as arguments
    if (context->needs_input_grad(0)) {
      gradients[0] = OneDnnLinear(gradient, held->copies->Transposed());
    }
    if (context->needs_input_grad(1)) {
      held->copies->AddGradients(Rows(gradient),
                                 Rows(context->get_saved_variables()[0]));
    }
    if (context->saved_data[kHasResidual].toBool() &&
        context->needs_input_grad(2)) {
      gradients[2] = gradient;
    }
    return gradients;
  }

  static at::Tensor Multiply(const Copies& copies, const at::Tensor& x,
                             const std::optional<at::Tensor>& residual) {
    const std::optional<at::Tensor> bias = IfDefined(copies.Bias());
    return residual.has_value()
               ? OneDnnLinearAdd(x, copies.Weight(), bias, *residual)
               : OneDnnLinear(x, copies.Weight(), bias);
  }

 private:
  static constexpr char kCopies[] = "copies";
  static constexpr char kHasResidual[] = "has_residual";
  struct Capsule : torch::CustomClassHolder {
    explicit Capsule(std::shared_ptr<const Copies> held)
        : copies(std::move(held)) {}
    const std::shared_ptr<const Copies> copies;
  };
};

LinearMap::LinearMap(at::Tensor weight, at::Tensor bias,
                     const LinearMapOptions& options)
    : weight_(std::move(weight)), bias_(std::move(bias)), options_(options) {}

void LinearMap::Prepare(at::ScalarType dtype) {
  copies_ = std::make_shared<const Copies>(*this, dtype);
}

void LinearMap::Detach() {
  weight_ = weight_.detach();
  if (bias_.defined()) bias_ = bias_.detach();
}

bool LinearMap::IsPacked() const {
  return copies_ != nullptr && copies_->packed();
}

bool LinearMap::NeedsGradient(const at::Tensor& x,
                              const at::Tensor& residual) const {
  return at::GradMode::is_enabled() &&
         (x.requires_grad() || weight_.requires_grad() ||
          (residual.defined() && residual.requires_grad()));
}

at::Tensor LinearMap::Plain(const at::Tensor& x) const {
  if (copies_ != nullptr && !weight_.requires_grad()) {
    return Linear(x, copies_->Weight(), copies_->Bias());
  }
  at::Tensor weight = Scaled(Part(weight_, options_), options_.weight_factor);
  at::Tensor bias;
  if (bias_.defined()) {
    bias = Scaled(Part(bias_, options_), options_.bias_factor);
  }
  if (copies_ != nullptr) {
    weight = weight.to(copies_->dtype());
    if (bias.defined()) bias = bias.to(copies_->dtype());
  }
  return Linear(x, weight, bias);
}

at::Tensor LinearMap::operator()(const at::Tensor& x) const {
  if (!IsPacked()) return Plain(x);
  return NeedsGradient(x, {})
             ? Product::apply(x, weight_, std::optional<at::Tensor>(), copies_)
             : Product::Multiply(*copies_, x, std::nullopt);
}

at::Tensor LinearMap::Silu(const at::Tensor& x) const {
  if (!IsPacked() || NeedsGradient(x, {})) return at::silu((*this)(x));
  return OneDnnLinear(x, copies_->Weight(), IfDefined(copies_->Bias()),
                      "swish");
}

at::Tensor LinearMap::AddTo(const at::Tensor& residual,
                            const at::Tensor& x) const {
  if (!IsPacked()) return Plain(x).add(residual);
  return NeedsGradient(x, residual)
             ? Product::apply(x, weight_, std::optional<at::Tensor>(residual),
                              copies_)
             : Product::Multiply(*copies_, x, residual);
}

}  // namespace maskfill
