#include "core/model/linear.h"

#include <cstdint>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/randn.h"
#include "core/model/one_dnn.h"
#include "gtest/gtest.h"
#include "tests/support/tensor_near.h"

namespace maskfill {
namespace {

// Sums of 40 products in float32, in another order.
constexpr double kRounding = 2e-5;

class LinearOf : public testing::TestWithParam<at::ScalarType> {
 protected:
  at::Tensor Random(at::IntArrayRef shape) {
    return at::randn(shape).to(GetParam());
  }
  const at::Tensor x_ = Random({3, 5, 40});
  const at::Tensor weight_ = Random({7, 40});
  const at::Tensor bias_ = Random({7});
};

TEST_P(LinearOf, EqualsAtLinear) {
  EXPECT_TRUE(TensorNear(Linear(x_, weight_, bias_),
                         at::linear(x_, weight_, bias_), kRounding));
  EXPECT_TRUE(
      TensorNear(Linear(x_, weight_, {}), at::linear(x_, weight_), kRounding));
}

TEST_P(LinearOf, TakesViews) {
  const at::Tensor x = x_.narrow(1, 1, 2);
  const at::Tensor weight = weight_.narrow(0, 2, 3);
  EXPECT_TRUE(TensorNear(Linear(x, weight, bias_.narrow(0, 2, 3)),
                         at::linear(x, weight, bias_.narrow(0, 2, 3)),
                         kRounding));
  EXPECT_TRUE(TensorNear(Linear(x_.transpose(0, 1), weight_, bias_),
                         at::linear(x_.transpose(0, 1), weight_, bias_),
                         kRounding));
}

TEST_P(LinearOf, GradientsEqualThoseOfAtLinear) {
  // Each of the three with and without a gradient of its own.
  for (int wanted = 1; wanted < 8; ++wanted) {
    const auto leaf = [&](const at::Tensor& tensor, int bit) {
      return tensor.detach().clone().requires_grad_((wanted & bit) != 0);
    };
    at::Tensor ours[] = {leaf(x_, 1), leaf(weight_, 2), leaf(bias_, 4)};
    at::Tensor theirs[] = {leaf(x_, 1), leaf(weight_, 2), leaf(bias_, 4)};
    Linear(ours[0], ours[1], ours[2]).square().sum().backward();
    at::linear(theirs[0], theirs[1], theirs[2]).square().sum().backward();
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(ours[i].grad().defined(), (wanted & 1 << i) != 0);
      if (!ours[i].grad().defined()) continue;
      EXPECT_TRUE(
          TensorNear(ours[i].grad(), theirs[i].grad(), 1e-3, kRounding));
    }
  }
}

TEST_P(LinearOf, GradientsFlowWithoutBias) {
  const at::Tensor weight = weight_.detach().clone().requires_grad_(true);
  Linear(x_, weight, {}).sum().backward();
  EXPECT_TRUE(
      TensorNear(weight.grad(), x_.sum({0, 1}).expand({7, 40}), kRounding));
}

// In as many parts as the rows need, in either dtype.
TEST(AddWeightGradient, AddsTheProductOfAllRows) {
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    if (!HasOneDnn(at::kCPU, dtype)) continue;
    const at::Tensor gradient = at::randn({1900, 7}).to(dtype);
    const at::Tensor x = at::randn({1900, 5}).to(dtype);
    const at::Tensor sum = at::ones({7, 5});
    AddWeightGradient(gradient, x, 0.5, sum);
    const at::Tensor exact =
        gradient.to(at::kDouble).t().mm(x.to(at::kDouble)).mul(0.5).add(1);
    // Sums of up to 200: 1e-3 in float32, 8 bits in bfloat16.
    EXPECT_TRUE(TensorNear(sum, exact.to(at::kFloat),
                           dtype == at::kFloat ? 1e-3 : 0.5));
  }
}

TEST_P(LinearOf, EmptyBatchesAreNoSpecialCase) {
  EXPECT_EQ(Linear(Random({0, 5, 40}), weight_, bias_).sizes(),
            at::IntArrayRef({0, 5, 7}));
}

INSTANTIATE_TEST_SUITE_P(
    Linear, LinearOf, testing::Values(at::kFloat, at::kDouble),
    [](const testing::TestParamInfo<at::ScalarType>& info) {
      return c10::toString(info.param);
    });

}  // namespace
}  // namespace maskfill
