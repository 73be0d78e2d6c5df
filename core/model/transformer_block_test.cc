#include "core/model/transformer_block.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/eye.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/randn.h"
#include "ATen/ops/randn_like.h"
#include "ATen/ops/randperm.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tensor_near.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

constexpr double kEps = 1e-5;

TransformerShape Shape(int64_t width, int64_t heads) {
  return {.width = width, .heads = heads, .layers = 1, .mlp_width = 2 * width};
}

NamedTensors ZeroBlock(const TransformerShape& shape) {
  const int64_t d = shape.width;
  const int64_t m = shape.mlp_width;
  return {{"ln_1.weight", at::zeros({d}).fill_(1)},
          {"ln_1.bias", at::zeros({d})},
          {"attn.in_proj_weight", at::zeros({3 * d, d})},
          {"attn.in_proj_bias", at::zeros({3 * d})},
          {"attn.out_proj.weight", at::zeros({d, d})},
          {"attn.out_proj.bias", at::zeros({d})},
          {"ln_2.weight", at::zeros({d}).fill_(1)},
          {"ln_2.bias", at::zeros({d})},
          {"mlp.c_fc.weight", at::zeros({m, d})},
          {"mlp.c_fc.bias", at::zeros({m})},
          {"mlp.c_proj.weight", at::zeros({d, m})},
          {"mlp.c_proj.bias", at::zeros({d})}};
}

NamedTensors RandomBlock(const TransformerShape& shape, at::ScalarType type) {
  NamedTensors tensors = ZeroBlock(shape);
  for (auto& [name, tensor] : tensors) {
    tensor = tensor.add(at::randn(tensor.sizes()).mul(0.3)).to(type);
  }
  return tensors;
}

TransformerBlock Make(const NamedTensors& tensors,
                      const TransformerShape& shape,
                      Activation activation = Activation::kQuickGelu) {
  auto block = TransformerBlock::Create(tensors, "", shape, activation, kEps);
  EXPECT_OK(block);
  return *block;
}

TEST(TransformerBlock, AttendsAsComputedByHand) {
  const TransformerShape shape = Shape(2, 1);
  NamedTensors tensors = ZeroBlock(shape);
  tensors["attn.in_proj_weight"] = at::eye(2).repeat({3, 1});
  tensors["attn.out_proj.weight"] = at::eye(2);
  const at::Tensor x = at::tensor({1.0f, -1.0f, -1.0f, 1.0f}).view({1, 2, 2});
  // Layer norm leaves the tokens as they are (mean 0, variance 1). Scores of a
  // token with itself and the other: +-2 / sqrt(2). The difference of the two
  // probabilities is tanh(sqrt(2)) = 0.888386, times the token itself.
  const at::Tensor expected = x.mul(1 + std::tanh(std::sqrt(2.0)));
  // Layer norm's eps of 1e-5 shifts the last digits.
  EXPECT_TRUE(TensorNear(Make(tensors, shape).Forward(x), expected, 2e-5));
}

TEST(TransformerBlock, ActivatesAsComputedByHand) {
  const TransformerShape shape = {
      .width = 2, .heads = 1, .layers = 1, .mlp_width = 2};
  NamedTensors tensors = ZeroBlock(shape);
  tensors["mlp.c_fc.weight"] = at::eye(2);
  tensors["mlp.c_proj.weight"] = at::eye(2);
  const at::Tensor x = at::tensor({1.0f, -1.0f}).view({1, 1, 2});
  // 1 * sigmoid(1.702) = 0.845796 and -1 * sigmoid(-1.702) = -0.154204.
  EXPECT_TRUE(
      TensorNear(Make(tensors, shape, Activation::kQuickGelu).Forward(x),
                 at::tensor({1.845796f, -1.154204f}).view({1, 1, 2}), 2e-5));
  // 1 * Phi(1) = 0.841345 and -1 * Phi(-1) = -0.158655.
  EXPECT_TRUE(TensorNear(Make(tensors, shape, Activation::kGelu).Forward(x),
                         at::tensor({1.841345f, -1.158655f}).view({1, 1, 2}),
                         2e-5));
}

TEST(TransformerBlock, AddsBiases) {
  const TransformerShape shape = Shape(2, 1);
  NamedTensors tensors = ZeroBlock(shape);
  tensors["attn.in_proj_bias"] =
      at::tensor({0.f, 0.f, 0.f, 0.f, 1.f, 2.f});  // value = (1, 2)
  tensors["attn.out_proj.weight"] = at::eye(2);
  tensors["attn.out_proj.bias"] = at::tensor({10.f, 20.f});
  tensors["mlp.c_proj.bias"] = at::tensor({100.f, 200.f});
  const at::Tensor x = at::zeros({1, 3, 2});
  EXPECT_TRUE(TensorNear(Make(tensors, shape).Forward(x),
                         at::tensor({111.f, 222.f}).expand({1, 3, 2}), 1e-4));
}

class BlockPaths : public testing::TestWithParam<Activation> {
 protected:
  const TransformerShape shape_ = Shape(8, 2);
  const NamedTensors tensors_ = RandomBlock(shape_, at::kDouble);
  const TransformerBlock block_ = Make(tensors_, shape_, GetParam());
  const at::Tensor x_ = at::randn({3, 5, 8}, at::kDouble);
};

TEST_P(BlockPaths, CapturingAttentionChangesNothing) {
  at::Tensor map;
  const at::Tensor y =
      block_.Forward(x_, {.on_attention = [&](const at::Tensor& attention) {
                       map = attention;
                       return attention;
                     }});
  EXPECT_TRUE(TensorNear(y, block_.Forward(x_), 1e-12));
  ASSERT_EQ(map.sizes(), at::IntArrayRef({3, 2, 5, 5}));
  EXPECT_TRUE(TensorNear(map.sum(-1), at::ones({3, 2, 5}), 1e-12));
}

TEST_P(BlockPaths, FewerQueriesGiveTheSameTokens) {
  for (const bool causal : {false, true}) {
    EXPECT_TRUE(TensorNear(
        block_.Forward(x_, {.causal = causal, .num_queries = 2}),
        block_.Forward(x_, {.causal = causal}).narrow(1, 0, 2), 1e-12));
  }
}

TEST_P(BlockPaths, TokensAreEquivariantToPermutation) {
  const at::Tensor order = at::randperm(5);
  EXPECT_TRUE(TensorNear(block_.Forward(x_.index_select(1, order)),
                         block_.Forward(x_).index_select(1, order), 1e-12));
}

TEST_P(BlockPaths, CausalIsTheMaskOfLaterTokens) {
  at::Tensor mask = at::zeros({5, 5}, at::kDouble);
  mask.masked_fill_(at::ones({5, 5}, at::kBool).triu(1), -INFINITY);
  const at::Tensor expected = block_.Forward(x_, {.mask = mask});
  EXPECT_TRUE(
      TensorNear(block_.Forward(x_, {.causal = true}), expected, 1e-12));
  EXPECT_TRUE(TensorNear(
      block_.Forward(
          x_, {.causal = true,
               .on_attention =
                   [](const at::Tensor& attention) { return attention; }}),
      expected, 1e-12));
}

// Along a random direction the loss changes as its gradient says.
TEST_P(BlockPaths, GradientsEqualFiniteDifferences) {
  for (const int64_t num_queries : {0, 1}) {
    NamedTensors leaves, directions;
    for (const auto& [name, tensor] : tensors_) {
      leaves[name] = tensor.detach().clone().requires_grad_(true);
      directions[name] = at::randn_like(tensor);
    }
    const at::Tensor x = x_.detach().clone().requires_grad_(true);
    const at::Tensor x_direction = at::randn_like(x_);
    const auto loss = [&](const NamedTensors& weights, const at::Tensor& in) {
      return Make(weights, shape_, GetParam())
          .Forward(in, {.num_queries = num_queries})
          .square()
          .sum();
    };
    loss(leaves, x).backward();
    double slope = x.grad().mul(x_direction).sum().item<double>();
    for (const auto& [name, leaf] : leaves) {
      ASSERT_TRUE(leaf.grad().defined()) << name;
      slope += leaf.grad().mul(directions[name]).sum().item<double>();
    }
    const at::NoGradGuard no_gradients;
    const double h = 1e-6;
    const auto at_distance = [&](double step) {
      NamedTensors moved;
      for (const auto& [name, leaf] : leaves) {
        moved[name] = leaf.add(directions[name], step);
      }
      return loss(moved, x.add(x_direction, step)).item<double>();
    };
    const double difference = (at_distance(h) - at_distance(-h)) / (2 * h);
    // Central differences: error of order h^2 plus rounding / h.
    EXPECT_NEAR(difference, slope, 1e-6 * std::abs(slope) + 1e-6);
  }
}

// Copies of the weights, packed, in float32: rounding alone.
TEST_P(BlockPaths, PreparedItComputesTheSame) {
  const NamedTensors tensors = RandomBlock(shape_, at::kFloat);
  const TransformerBlock plain = Make(tensors, shape_, GetParam());
  TransformerBlock prepared = plain;
  prepared.Prepare(at::kFloat);
  const at::Tensor x = x_.to(at::kFloat);
  AttentionOptions capturing;
  capturing.on_attention = [](const at::Tensor& attention) {
    return attention;
  };
  for (const AttentionOptions& options :
       {AttentionOptions{}, AttentionOptions{.causal = true},
        AttentionOptions{.num_queries = 2}, capturing}) {
    EXPECT_TRUE(TensorNear(prepared.Forward(x, options),
                           plain.Forward(x, options), 1e-4));
  }
}

// Forward and backward in bfloat16, whose attention is another code: 8 bits
// (0.4 %) through some ten roundings, of the whole and not of each number.
TEST_P(BlockPaths, PreparedInBfloat16ItIsCloseToFloat) {
  const auto distance = [](const at::Tensor& a, const at::Tensor& b) {
    return a.sub(b).norm().item<double>() / b.norm().item<double>();
  };
  for (const bool causal : {false, true}) {
    const auto run = [&](at::ScalarType dtype, NamedTensors* leaves) {
      for (const auto& [name, tensor] : tensors_) {
        (*leaves)[name] = tensor.to(at::kFloat).requires_grad_(true);
      }
      TransformerBlock block = Make(*leaves, shape_, GetParam());
      block.Prepare(dtype);
      const at::Tensor y =
          block.Forward(x_.to(dtype), {.causal = causal}).to(at::kFloat);
      y.square().sum().backward();
      return y.detach();
    };
    NamedTensors exact_leaves, leaves;
    const at::Tensor exact = run(at::kFloat, &exact_leaves);
    EXPECT_LT(distance(run(at::kBFloat16, &leaves), exact), 0.02);
    for (const auto& [name, leaf] : leaves) {
      ASSERT_EQ(leaf.grad().scalar_type(), at::kFloat) << name;
      const at::Tensor expected = exact_leaves.at(name).grad();
      if (name == "attn.in_proj_bias") {
        // A key's bias moves all scores of a query alike: no gradient but
        // rounding.
        const auto without_key = [](const at::Tensor& bias) {
          return bias.view({3, -1}).index_select(0,
                                                 at::tensor({0, 2}, at::kLong));
        };
        EXPECT_LT(distance(without_key(leaf.grad()), without_key(expected)),
                  0.05);
        continue;
      }
      EXPECT_LT(distance(leaf.grad(), expected), 0.05) << name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(TransformerBlock, BlockPaths,
                         testing::Values(Activation::kQuickGelu,
                                         Activation::kGelu),
                         [](const testing::TestParamInfo<Activation>& info) {
                           return ToString(info.param) == "gelu" ? "Gelu"
                                                                 : "QuickGelu";
                         });

TEST(TransformerBlock, MissingAndMisshapedTensorsAreNamed) {
  const TransformerShape shape = Shape(2, 1);
  NamedTensors tensors = ZeroBlock(shape);
  tensors["ln_2.bias"] = at::zeros({3});
  EXPECT_THAT(
      TransformerBlock::Create(tensors, "", shape, Activation::kGelu, kEps),
      StatusIs(absl::StatusCode::kDataLoss,
               HasSubstr("\"ln_2.bias\" has shape [3], expected [2]")));
  tensors.erase("ln_2.bias");
  EXPECT_THAT(
      TransformerBlock::Create(tensors, "", shape, Activation::kGelu, kEps),
      StatusIs(absl::StatusCode::kDataLoss,
               HasSubstr("\"ln_2.bias\" is missing")));
}

}  // namespace
}  // namespace maskfill
