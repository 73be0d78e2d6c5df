#include "core/model/linear_map.h"

#include <string>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/randn.h"
#include "ATen/ops/silu.h"
#include "core/model/one_dnn.h"
#include "gtest/gtest.h"
#include "tests/support/tensor_near.h"

namespace maskfill {
namespace {

constexpr LinearMapOptions kPart = {.first_output = 2,
                                    .num_outputs = 4,
                                    .weight_factor = 1.5,
                                    .bias_factor = 0.5};

// Parameters' dtype, whether prepared, and in which dtype.
struct Way {
  std::string name;
  at::ScalarType parameters;
  bool is_prepared;
  at::ScalarType dtype;
  // Of sums of 40 products of normal numbers, and of gradients, which are sums
  // of up to 15 rows.
  double tolerance;
};

class LinearMapIn : public testing::TestWithParam<Way> {
 protected:
  struct Case {
    at::Tensor x, residual, weight, bias;
  };
  // Leaves of equal values for each call, those that a gradient is asked for
  // as the bits say: x, residual, weight and bias.
  Case Leaves(int wanted) const {
    const auto leaf = [&](const at::Tensor& tensor, at::ScalarType dtype,
                          int bit) {
      // In bfloat16's values, whatever holds them.
      return tensor.to(GetParam().dtype)
          .to(dtype)
          .detach()
          .clone()
          .requires_grad_((wanted & bit) != 0);
    };
    return {leaf(x_, GetParam().dtype, 1), leaf(residual_, GetParam().dtype, 2),
            leaf(weight_, GetParam().parameters, 4),
            leaf(bias_, GetParam().parameters, 4)};
  }
  LinearMap Map(const Case& leaves) const {
    LinearMap map(leaves.weight, leaves.bias, kPart);
    if (GetParam().is_prepared) map.Prepare(GetParam().dtype);
    return map;
  }
  static at::Tensor Exact(const Case& leaves) {
    return at::linear(
        leaves.x.to(at::kDouble),
        leaves.weight.flatten(1).narrow(0, 2, 4).mul(1.5).to(at::kDouble),
        leaves.bias.narrow(0, 2, 4).mul(0.5).to(at::kDouble));
  }
  testing::AssertionResult Near(const at::Tensor& found,
                                const at::Tensor& exact) const {
    return TensorNear(found.to(at::kDouble), exact, GetParam().tolerance);
  }

  const at::Tensor x_ = at::randn({3, 5, 40});
  const at::Tensor residual_ = at::randn({3, 5, 4});
  const at::Tensor weight_ = at::randn({7, 2, 20});  // as a convolution's
  const at::Tensor bias_ = at::randn({7});
};

TEST_P(LinearMapIn, EqualsAtLinearOfThePart) {
  const Case leaves = Leaves(0);
  const LinearMap map = Map(leaves);
  const at::Tensor exact = Exact(leaves);
  EXPECT_EQ(map(leaves.x).scalar_type(), GetParam().dtype);
  EXPECT_TRUE(Near(map(leaves.x), exact));
  EXPECT_TRUE(Near(map.Silu(leaves.x), at::silu(exact)));
  EXPECT_TRUE(
      Near(map.AddTo(leaves.residual, leaves.x), exact.add(leaves.residual)));
  // Views, as the class token of a batch is one, and nothing at all.
  EXPECT_TRUE(Near(map(leaves.x.narrow(1, 1, 1)), exact.narrow(1, 1, 1)));
  EXPECT_TRUE(
      Near(map.AddTo(leaves.residual.narrow(1, 1, 1), leaves.x.narrow(1, 1, 1)),
           exact.add(leaves.residual).narrow(1, 1, 1)));
  EXPECT_EQ(map(leaves.x.narrow(0, 0, 0)).sizes(), at::IntArrayRef({0, 5, 4}));
}

TEST_P(LinearMapIn, GradientsEqualThoseOfAtLinear) {
  for (int wanted = 1; wanted < 8; ++wanted) {
    const Case ours = Leaves(wanted);
    const Case theirs = Leaves(wanted);
    const LinearMap map = Map(ours);
    // Twice, so that they add up.
    if ((wanted & 5) != 0) map(ours.x).sum().backward();
    map.AddTo(ours.residual, ours.x).to(at::kDouble).mul(2).sum().backward();
    if ((wanted & 5) != 0) Exact(theirs).sum().backward();
    Exact(theirs).add(theirs.residual).mul(2).sum().backward();
    for (const auto& [found, exact] :
         {std::pair(ours.x, theirs.x),
          std::pair(ours.residual, theirs.residual),
          std::pair(ours.weight, theirs.weight),
          std::pair(ours.bias, theirs.bias)}) {
      ASSERT_EQ(found.grad().defined(), found.requires_grad()) << wanted;
      if (!found.grad().defined()) continue;
      EXPECT_EQ(found.grad().scalar_type(), found.scalar_type());
      EXPECT_TRUE(TensorNear(found.grad().to(at::kDouble),
                             exact.grad().to(at::kDouble), GetParam().tolerance,
                             GetParam().tolerance / 10))
          << wanted;
    }
  }
}

TEST_P(LinearMapIn, DetachedItAsksForNoGradientOfParameters) {
  const Case leaves = Leaves(7);
  LinearMap map = Map(leaves);
  map.Detach();
  EXPECT_TRUE(Near(map(leaves.x), Exact(leaves)));
  map(leaves.x).sum().backward();
  EXPECT_TRUE(leaves.x.grad().defined());
  EXPECT_FALSE(leaves.weight.grad().defined());
}

INSTANTIATE_TEST_SUITE_P(
    LinearMap, LinearMapIn,
    testing::Values(
        Way{"Float", at::kFloat, false, at::kFloat, 2e-5},
        Way{"Double", at::kDouble, false, at::kDouble, 1e-12},
        Way{"PreparedFloat", at::kFloat, true, at::kFloat, 2e-5},
        Way{"PreparedDouble", at::kDouble, true, at::kDouble, 1e-12},
        // 8 bits of results up to 30.
        Way{"PreparedBfloat16", at::kBFloat16, true, at::kBFloat16, 0.2},
        Way{"FloatPreparedInBfloat16", at::kFloat, true, at::kBFloat16, 0.2}),
    [](const testing::TestParamInfo<Way>& info) { return info.param.name; });

// Weights of a size that is packed.
TEST(LinearMap, LargeOnesEqualAtLinear) {
  const at::Tensor x = at::randn({20, 640}).requires_grad_();
  const at::Tensor weight = at::randn({600, 640}).requires_grad_();
  const at::Tensor bias = at::randn({600}).requires_grad_();
  LinearMap map(weight, bias);
  map.Prepare(at::kFloat);
  const at::Tensor exact = at::linear(x.to(at::kDouble), weight.to(at::kDouble),
                                      bias.to(at::kDouble));
  EXPECT_TRUE(TensorNear(map(x).to(at::kDouble), exact, 2e-4));
  {
    const at::NoGradGuard no_gradients;
    EXPECT_TRUE(TensorNear(map.Silu(x).to(at::kDouble), at::silu(exact), 2e-4));
  }
  exact.square().sum().backward();
  const std::vector<at::Tensor> wanted = {x.grad().clone(),
                                          weight.grad().clone()};
  for (const at::Tensor& leaf : {x, weight}) leaf.grad().zero_();
  map(x).square().sum().backward();
  EXPECT_TRUE(TensorNear(x.grad(), wanted[0], 0.05, 1e-4));
  EXPECT_TRUE(TensorNear(weight.grad(), wanted[1], 0.05, 1e-4));
}

TEST(LinearMap, PreparedItFollowsItsParametersWhenItIsPreparedAnew) {
  const at::NoGradGuard no_gradients;
  const at::Tensor x = at::randn({2, 3});
  at::Tensor weight = at::randn({4, 3});
  LinearMap map(weight, {});
  map.Prepare(at::kFloat);
  const at::Tensor before = map(x);
  weight.mul_(2);
  EXPECT_TRUE(map(x).equal(before));
  map.Prepare(at::kFloat);
  EXPECT_TRUE(TensorNear(map(x), before.mul(2), 1e-6));
}

}  // namespace
}  // namespace maskfill
