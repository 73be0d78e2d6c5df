#include "core/model/one_dnn.h"

#include <cstdint>

#include "ATen/Context.h"
#include "ATen/core/dispatch/Dispatcher.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

using Pack = at::Tensor(const at::Tensor&, std::optional<int64_t>);
using Linear = at::Tensor(const at::Tensor&, const at::Tensor&,
                          const std::optional<at::Tensor>&, std::string_view,
                          c10::List<std::optional<at::Scalar>>,
                          std::optional<std::string_view>);
using LinearBinary = at::Tensor(const at::Tensor&, const at::Tensor&,
                                const at::Tensor&,
                                const std::optional<at::Tensor>&,
                                std::string_view);

struct Operators {
  c10::TypedOperatorHandle<Pack> pack;
  c10::TypedOperatorHandle<Linear> linear;
  c10::TypedOperatorHandle<LinearBinary> linear_binary;
  bool multiplies_bfloat16;
};

// Absent when this LibTorch was built without oneDNN or lacks one of them.
const std::optional<Operators>& OneDnn() {
  static const auto* operators = [] {
    auto* found = new std::optional<Operators>();
    const auto find = [](const char* name, const char* overload) {
      return c10::Dispatcher::singleton().findSchema({name, overload});
    };
    const auto pack = find("mkldnn::_reorder_linear_weight", "");
    const auto linear = find("mkldnn::_linear_pointwise", "");
    const auto linear_binary = find("mkldnn::_linear_pointwise", "binary");
    const auto bfloat16 = find("mkldnn::_is_mkldnn_bf16_supported", "");
    if (pack.has_value() && linear.has_value() && linear_binary.has_value() &&
        at::globalContext().hasMKLDNN()) {
      *found =
          Operators{.pack = pack->typed<Pack>(),
                    .linear = linear->typed<Linear>(),
                    .linear_binary = linear_binary->typed<LinearBinary>(),
                    .multiplies_bfloat16 = bfloat16.has_value() &&
                                           bfloat16->typed<bool()>().call()};
    }
    return found;
  }();
  return *operators;
}

}  // namespace

bool HasOneDnn(at::Device device, at::ScalarType dtype) {
  if (!device.is_cpu() || !OneDnn().has_value() ||
      !at::globalContext().userEnabledMkldnn()) {
    return false;
  }
  return dtype == at::kFloat ||
         (dtype == at::kBFloat16 && OneDnn()->multiplies_bfloat16);
}

at::Tensor PackForOneDnn(const at::Tensor& weight) {
  return OneDnn()->pack.call(weight, std::nullopt);
}

at::Tensor OneDnnLinear(const at::Tensor& x, const at::Tensor& weight,
                        const std::optional<at::Tensor>& bias,
                        std::string_view activation) {
  return OneDnn()->linear.call(x, weight, bias, activation,
                               c10::List<std::optional<at::Scalar>>(),
                               std::nullopt);
}

at::Tensor OneDnnLinearAdd(const at::Tensor& x, const at::Tensor& weight,
                           const std::optional<at::Tensor>& bias,
                           const at::Tensor& residual) {
  return OneDnn()->linear_binary.call(x, residual.contiguous(), weight, bias,
                                      "add");
}

}  // namespace maskfill
