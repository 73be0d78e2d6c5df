#include "core/model/recomputed.h"

#include <string>
#include <utility>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/layer_norm.h"
#include "ATen/ops/randn.h"
#include "core/model/linear_map.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

// A layer with products that autograd does not see and a scale that it does.
struct Layer {
  explicit Layer(at::ScalarType dtype) : dtype(dtype) {
    at::manual_seed(3);
    for (const auto& shape : std::vector<std::vector<int64_t>>{
             {16, 8}, {16}, {8, 16}, {8}, {8}, {8}}) {
      parameters.push_back(at::randn(shape).requires_grad_());
    }
    up = LinearMap(parameters[0], parameters[1]);
    down = LinearMap(parameters[2], parameters[3]);
    up.Prepare(dtype);
    down.Prepare(dtype);
  }
  at::Tensor operator()(const at::Tensor& x) const {
    return down.AddTo(
        x, up.Silu(at::layer_norm(x, {8}, parameters[4], parameters[5])));
  }

  at::ScalarType dtype;
  std::vector<at::Tensor> parameters;
  LinearMap up, down;
};

class RecomputedIn : public testing::TestWithParam<at::ScalarType> {
 protected:
  using Apply = at::Tensor (*)(const Layer&, const at::Tensor&);

  // Two layers of the same parameters on each of two parts, as a tower has
  // many parts for one layer, twice: onto gradients that are there.
  static std::vector<at::Tensor> ResultAndGradients(Apply apply) {
    const Layer layer(GetParam());
    const at::Tensor x = at::randn({4, 3, 8}).requires_grad_();
    at::Tensor sum;
    for (int step = 0; step < 2; ++step) {
      const at::Tensor in = x.to(GetParam());
      std::vector<at::Tensor> parts;
      for (int part = 0; part < 2; ++part) {
        parts.push_back(
            apply(layer, apply(layer, in.narrow(0, 2 * part, 2))).sin());
      }
      sum = parts[0].add(parts[1], 0.3).to(at::kFloat).sum();
      sum.backward();
    }
    std::vector<at::Tensor> found = {sum.detach(), x.grad()};
    for (const at::Tensor& parameter : layer.parameters) {
      found.push_back(parameter.grad());
    }
    return found;
  }
};

TEST_P(RecomputedIn, GivesTheSameBits) {
  const auto expected = ResultAndGradients(
      [](const Layer& layer, const at::Tensor& x) { return layer(x); });
  const auto found =
      ResultAndGradients([](const Layer& layer, const at::Tensor& x) {
        return Recomputed([&layer](const at::Tensor& in) { return layer(in); },
                          x, layer.parameters);
      });
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_TRUE(expected[i].defined()) << i;
    EXPECT_TRUE(at::equal(found[i], expected[i])) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Recomputed, RecomputedIn, testing::Values(at::kFloat, at::kBFloat16),
    [](const testing::TestParamInfo<at::ScalarType>& info) {
      return std::string(c10::toString(info.param));
    });

// Counts its calls, and whether what they had in between is still there.
struct Watched {
  at::Tensor operator()(const at::Tensor& x) {
    ++calls;
    const at::Tensor kept = x.exp();
    inner = kept.getIntrusivePtr();
    return kept.mul(scale).sin();
  }
  bool IsKept() { return inner.lock().defined(); }

  at::Tensor scale = at::randn({4}).requires_grad_();
  int calls = 0;
  c10::weak_intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl> inner{
      at::Tensor().getIntrusivePtr()};
};

TEST(Recomputed, KeepsNothingInBetweenUntilTheBackwardPass) {
  Watched watched;
  const at::Tensor x = at::randn({3, 4}).requires_grad_();
  const auto function = [&](const at::Tensor& in) { return watched(in); };
  {
    const at::Tensor y = function(x);
    EXPECT_TRUE(watched.IsKept());
  }
  watched.calls = 0;
  const at::Tensor y = Recomputed(function, x, {watched.scale});
  EXPECT_FALSE(watched.IsKept());
  EXPECT_EQ(watched.calls, 1);
  y.sum().backward();
  EXPECT_EQ(watched.calls, 2);
  EXPECT_FALSE(watched.IsKept());
}

TEST(Recomputed, IsCalledOnceWhereNoGradientIsWanted) {
  Watched watched;
  const auto function = [&](const at::Tensor& in) { return watched(in); };
  {
    const at::NoGradGuard no_gradients;
    const at::Tensor x = at::randn({3, 4}).requires_grad_();
    EXPECT_FALSE(Recomputed(function, x, {watched.scale}).requires_grad());
    EXPECT_EQ(watched.calls, 1);
  }
  // Then it is the plain function, with the parameters' gradients.
  Recomputed(function, at::randn({3, 4}), {watched.scale}).sum().backward();
  EXPECT_EQ(watched.calls, 2);
  EXPECT_TRUE(watched.scale.grad().defined());
}

TEST(Recomputed, LeavesParametersThatNeedNoGradientAlone) {
  Watched watched;
  watched.scale = watched.scale.detach();
  const at::Tensor x = at::randn({3, 4}).requires_grad_();
  Recomputed([&](const at::Tensor& in) { return watched(in); }, x,
             {watched.scale})
      .sum()
      .backward();
  EXPECT_TRUE(x.grad().defined());
  EXPECT_FALSE(watched.scale.grad().defined());
}

}  // namespace
}  // namespace maskfill
