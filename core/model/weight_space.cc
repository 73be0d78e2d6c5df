#include "core/model/weight_space.h"

#include <string>

#include "glog/logging.h"

namespace maskfill {
namespace {

// The tensor of `model` that is to be combined with `other`, in float64.
at::Tensor Matching(const NamedTensors& model, const std::string& name,
                    const at::Tensor& other) {
  const auto found = model.find(name);
  CHECK(found != model.end()) << "no tensor " << name;
  CHECK(found->second.sizes() == other.sizes()) << name;
  return found->second.to(other.device(), at::kDouble);
}

}  // namespace

int64_t NumParameters(const NamedTensors& tensors) {
  int64_t numbers = 0;
  for (const auto& [name, tensor] : tensors) numbers += tensor.numel();
  return numbers;
}

NamedTensors Interpolate(const NamedTensors& a, const NamedTensors& b,
                         double alpha) {
  if (alpha == 0) return a;
  if (alpha == 1) return b;
  CHECK_EQ(a.size(), b.size());
  NamedTensors result;
  for (const auto& [name, tensor] : a) {
    const at::Tensor other = Matching(b, name, tensor);
    result[name] =
        tensor.to(at::kDouble).mul(1 - alpha).add_(other, alpha).to(at::kFloat);
  }
  return result;
}

void WeightMean::Add(const NamedTensors& model, double share) {
  CHECK_GT(share, 0);
  shares_ += share;
  if (sums_.empty()) {
    for (const auto& [name, tensor] : model) {
      sums_[name] = tensor.to(at::kDouble).mul(share);
    }
    return;
  }
  CHECK_EQ(sums_.size(), model.size());
  for (auto& [name, sum] : sums_) {
    sum.add_(Matching(model, name, sum), share);
  }
}

NamedTensors WeightMean::Mean() const {
  CHECK(!sums_.empty());
  NamedTensors mean;
  // The division comes last: 1 / n is not exact.
  for (const auto& [name, sum] : sums_) {
    mean[name] = sum.div(shares_).to(at::kFloat);
  }
  return mean;
}

NamedTensors WeightMean::MeanWith(const NamedTensors& model) const {
  CHECK_EQ(sums_.size(), model.size());
  NamedTensors mean;
  for (const auto& [name, sum] : sums_) {
    mean[name] =
        sum.add(Matching(model, name, sum)).div_(shares_ + 1).to(at::kFloat);
  }
  return mean;
}

}  // namespace maskfill
