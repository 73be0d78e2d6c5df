#include "core/model/vision_transformer.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/layer_norm.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/rand.h"
#include "ATen/ops/randint.h"
#include "ATen/ops/randn_like.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "ATen/ops/zeros_like.h"
#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tensor_near.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

ModelConfig TinyConfig() {
  ModelConfig config;
  config.embed_dim = 6;
  config.vision = {.width = 8, .heads = 2, .layers = 3, .mlp_width = 16};
  config.image_size = 12;
  config.patch_size = 4;
  return config;
}

NamedTensors TinyTower(at::ScalarType type = at::kFloat) {
  // Larger than at a usual start, so that attention is far from uniform.
  NamedTensors tower = SelectPrefix(RandomWeights(TinyConfig(), 3), "visual.");
  for (auto& [name, tensor] : tower) tensor = tensor.mul(2).to(type);
  return tower;
}

VisionTransformer Tiny(at::ScalarType type = at::kFloat) {
  auto model = VisionTransformer::Create(TinyConfig(), TinyTower(type));
  EXPECT_OK(model);
  return *model;
}

at::Tensor TinyPixels() {
  return at::randint(0, 256, {5, 3, 12, 12}, at::kByte);
}

// Rounding of float32 through three layers, of values up to 12: 2.5e-5 was seen
// where sums are taken in another order.
constexpr double kRounding = 1e-4;

TEST(VisionTransformer, NormalisesAsTorchvisionDoes) {
  const VisionTransformer model = Tiny();
  at::Tensor pixels = at::zeros({1, 3, 12, 12}, at::kByte);
  pixels[0][0].fill_(255);
  pixels[0][1].fill_(51);
  const at::Tensor normalised = model.Normalise(pixels);
  // (255 / 255 - mean) / std, (51 / 255 - mean) / std, (0 - mean) / std.
  EXPECT_NEAR(normalised[0][0][0][0].item<double>(),
              (1.0 - 0.48145466) / 0.26862954, 1e-6);
  EXPECT_NEAR(normalised[0][1][5][7].item<double>(),
              (0.2 - 0.4578275) / 0.26130258, 1e-6);
  EXPECT_NEAR(normalised[0][2][11][11].item<double>(), -0.40821073 / 0.27577711,
              1e-6);
}

TEST(VisionTransformer, LayoutsOfPixelsGiveTheSameFeatures) {
  const at::NoGradGuard no_gradients;
  const VisionTransformer model = Tiny();
  const at::Tensor pixels = TinyPixels();
  const at::Tensor features = model.Encode(pixels);
  ASSERT_EQ(features.sizes(), at::IntArrayRef({5, 6}));
  EXPECT_TRUE(
      model.Encode(pixels.permute({0, 2, 3, 1}).contiguous()).equal(features));
  EXPECT_TRUE(model.Encode(model.Normalise(pixels)).equal(features));
}

TEST(VisionTransformer, ClassTokenAloneIsComputedByHand) {
  const at::NoGradGuard no_gradients;
  // Blocks that add nothing; ln_pre, ln_post and proj stay.
  NamedTensors tower = TinyTower();
  for (auto& [name, tensor] : tower) {
    if (name.find("out_proj") != std::string::npos ||
        name.find("c_proj") != std::string::npos) {
      tensor = at::zeros_like(tensor);
    }
  }
  ASSERT_OK_AND_ASSIGN(const VisionTransformer model,
                       VisionTransformer::Create(TinyConfig(), tower));
  const at::Tensor pixels = model.Normalise(TinyPixels());
  EXPECT_TRUE(TensorNear(
      model.Encode(pixels),
      at::layer_norm(
          at::layer_norm(
              tower["class_embedding"].add(tower["positional_embedding"][0]),
              {8}, tower["ln_pre.weight"], tower["ln_pre.bias"], 1e-5),
          {8}, tower["ln_post.weight"], tower["ln_post.bias"], 1e-5)
          .matmul(tower["proj"])
          .expand({5, -1}),
      kRounding));
}

TEST(VisionTransformer, ImagesDoNotDependOnEachOther) {
  const at::NoGradGuard no_gradients;
  const VisionTransformer model = Tiny();
  const at::Tensor pixels = TinyPixels();
  const at::Tensor order = at::tensor({4, 2, 0, 1, 3}, at::kLong);
  EXPECT_TRUE(TensorNear(model.Encode(pixels.index_select(0, order)),
                         model.Encode(pixels).index_select(0, order),
                         kRounding));
}

TEST(VisionTransformer, KeepingAllPatchesInAnyOrderIsPlain) {
  const at::NoGradGuard no_gradients;
  const VisionTransformer model = Tiny();
  const at::Tensor pixels = TinyPixels();
  const at::Tensor all = at::arange(0, 9, at::kLong).expand({5, 9});
  EXPECT_TRUE(TensorNear(model.Encode(pixels, {.kept_patches = all}),
                         model.Encode(pixels), kRounding));
  EXPECT_TRUE(TensorNear(model.Encode(pixels, {.kept_patches = all.flip(1)}),
                         model.Encode(pixels), kRounding));
}

TEST(VisionTransformer, MaskingNothingIsPlain) {
  const at::NoGradGuard no_gradients;
  const VisionTransformer model = Tiny();
  const at::Tensor pixels = TinyPixels();
  EXPECT_TRUE(TensorNear(
      model.Encode(pixels, {.masked_patches = at::zeros({5, 9}, at::kBool)}),
      model.Encode(pixels), kRounding));
}

// What is no key for anyone is as good as absent.
TEST(VisionTransformer, MaskedPatchesCountAsMuchAsDroppedOnes) {
  const at::NoGradGuard no_gradients;
  const VisionTransformer model = Tiny();
  const at::Tensor pixels = TinyPixels();
  const at::Tensor kept = at::tensor({0, 3, 4, 8}, at::kLong).expand({5, 4});
  const at::Tensor masked = at::ones({5, 9}, at::kBool).scatter(1, kept, false);
  EXPECT_TRUE(TensorNear(model.Encode(pixels, {.masked_patches = masked}),
                         model.Encode(pixels, {.kept_patches = kept}),
                         kRounding));
  EXPECT_FALSE(TensorNear(model.Encode(pixels, {.kept_patches = kept}),
                          model.Encode(pixels), 1e-3));
}

TEST(VisionTransformer, MaskingEverythingLeavesTheClassToken) {
  const at::NoGradGuard no_gradients;
  const VisionTransformer model = Tiny();
  const at::Tensor features = model.Encode(
      TinyPixels(), {.masked_patches = at::ones({5, 9}, at::kBool)});
  EXPECT_TRUE(TensorNear(features, features[0].expand({5, 6}), kRounding));
}

TEST(VisionTransformer, CapturedAttentionHasOneMapPerLayer) {
  const at::NoGradGuard no_gradients;
  const VisionTransformer model = Tiny();
  const at::Tensor pixels = TinyPixels();
  std::vector<int64_t> layers;
  EncodeOptions options;
  options.on_attention = [&](int64_t layer, const at::Tensor& attention) {
    layers.push_back(layer);
    EXPECT_EQ(attention.sizes(),
              at::IntArrayRef({5, 2, layer == 2 ? 1 : 10, 10}));
    EXPECT_TRUE(TensorNear(attention.sum(-1),
                           at::ones(attention.sizes().slice(0, 3)), 1e-5));
    return attention;
  };
  EXPECT_TRUE(TensorNear(model.Encode(pixels, options), model.Encode(pixels),
                         kRounding));
  EXPECT_THAT(layers, testing::ElementsAre(0, 1, 2));
  layers.clear();
  options.first_captured_layer = 2;
  model.Encode(pixels, options);
  EXPECT_THAT(layers, testing::ElementsAre(2));
}

TEST(VisionTransformer, EveryParameterGetsTheGradientOfFiniteDifferences) {
  const at::Tensor pixels = Tiny(at::kDouble).Normalise(TinyPixels());
  const at::Tensor kept = at::tensor({8, 1, 4}, at::kLong).expand({5, 3});
  const auto loss = [&](const NamedTensors& weights) {
    auto model = VisionTransformer::Create(TinyConfig(), weights);
    return model->Encode(pixels).square().sum().add(
        model->Encode(pixels, {.kept_patches = kept}).square().sum());
  };
  NamedTensors leaves, directions;
  for (const auto& [name, tensor] : TinyTower(at::kDouble)) {
    leaves[name] = tensor.clone().requires_grad_(true);
    directions[name] = at::randn_like(tensor);
  }
  loss(leaves).backward();
  double slope = 0;
  for (const auto& [name, leaf] : leaves) {
    ASSERT_TRUE(leaf.grad().defined()) << name;
    EXPECT_GT(leaf.grad().abs().max().item<double>(), 0) << name;
    slope += leaf.grad().mul(directions[name]).sum().item<double>();
  }
  const at::NoGradGuard no_gradients;
  const double h = 1e-6;
  const auto at_distance = [&](double step) {
    NamedTensors moved;
    for (const auto& [name, leaf] : leaves) {
      moved[name] = leaf.add(directions[name], step);
    }
    return loss(moved).item<double>();
  };
  // Central differences: error of order h^2 plus rounding / h.
  EXPECT_NEAR((at_distance(h) - at_distance(-h)) / (2 * h), slope,
              1e-5 * std::abs(slope) + 1e-5);
}

// What the cache wants is no matter of results.
TEST(VisionTransformer, LargeBatchesGoThroughInParts) {
  const at::NoGradGuard no_gradients;
  const int num_threads = at::get_num_threads();
  at::set_num_threads(1);
  const VisionTransformer model = Tiny();
  // 10 MiB hold the 10 x 24 floats of 10922 images, with 9 tokens of 12136.
  constexpr int64_t kImages = 13001;
  const at::Tensor pixels =
      at::randint(0, 256, {kImages, 3, 12, 12}, at::kByte);
  const at::Tensor masked = at::randint(0, 2, {kImages, 9}).to(at::kBool);
  const at::Tensor kept = at::rand({kImages, 9})
                              .argsort(1, /*descending=*/false)
                              .narrow(1, 0, 8)
                              .contiguous();
  const at::Tensor features = model.Encode(pixels, {.masked_patches = masked});
  const at::Tensor features_of_kept =
      model.Encode(pixels, {.kept_patches = kept});
  at::set_num_threads(num_threads);
  ASSERT_EQ(features.sizes(), at::IntArrayRef({kImages, 6}));
  for (const int64_t begin : {int64_t{0}, kImages / 2 - 2, kImages - 4}) {
    const auto rows = [begin](const at::Tensor& tensor) {
      return tensor.narrow(0, begin, 4);
    };
    EXPECT_TRUE(
        TensorNear(rows(features),
                   model.Encode(rows(pixels), {.masked_patches = rows(masked)}),
                   kRounding));
    EXPECT_TRUE(TensorNear(
        rows(features_of_kept),
        model.Encode(rows(pixels), {.kept_patches = rows(kept)}), kRounding));
  }
}

// Features and the gradients of all parameters.
TEST(VisionTransformer, PreparedItIsPlainInFloatAndCloseInBfloat16) {
  const at::Tensor pixels = TinyPixels();
  const auto run = [&](std::optional<at::ScalarType> dtype,
                       NamedTensors* leaves) {
    // Weights as at a usual start: where attention is saturated, as
    // TinyTower's, gradients double with every rounding.
    for (const auto& [name, tensor] :
         SelectPrefix(RandomWeights(TinyConfig(), 3), "visual.")) {
      (*leaves)[name] = tensor.clone().requires_grad_(true);
    }
    auto model = VisionTransformer::Create(TinyConfig(), *leaves);
    EXPECT_OK(model);
    if (dtype.has_value()) model->Prepare(*dtype);
    const at::Tensor features = model->Encode(pixels);
    EXPECT_EQ(features.scalar_type(), at::kFloat);
    features.square().sum().backward();
    (*leaves)["features"] = features.detach();
  };
  NamedTensors plain, same, coarse;
  run(std::nullopt, &plain);
  run(at::kFloat, &same);
  run(at::kBFloat16, &coarse);
  double difference = 0, size = 0;
  for (const auto& [name, leaf] : plain) {
    const auto value = [&name = name](const NamedTensors& leaves) {
      return name == "features" ? leaves.at(name) : leaves.at(name).grad();
    };
    EXPECT_TRUE(TensorNear(value(same), value(plain), 1e-3, 1e-4)) << name;
    difference += value(coarse).sub(value(plain)).square().sum().item<double>();
    size += value(plain).square().sum().item<double>();
  }
  // 8 bits (0.4 %) through some forty roundings.
  EXPECT_LT(std::sqrt(difference / size), 0.05);
}

TEST(VisionTransformer, DetachedItKeepsWhatIsPrepared) {
  NamedTensors tower = TinyTower();
  for (auto& [name, tensor] : tower) tensor.requires_grad_(true);
  ASSERT_OK_AND_ASSIGN(VisionTransformer model,
                       VisionTransformer::Create(TinyConfig(), tower));
  model.Prepare(at::kBFloat16);
  VisionTransformer frozen = model;
  frozen.Detach();
  const at::Tensor pixels = TinyPixels();
  EXPECT_FALSE(frozen.Encode(pixels).requires_grad());
  EXPECT_TRUE(model.Encode(pixels).requires_grad());
  // Where gradients are asked for, SiLU is not part of the product.
  const at::NoGradGuard no_gradients;
  EXPECT_TRUE(frozen.Encode(pixels).equal(model.Encode(pixels)));
}

TEST(VisionTransformer, HalfPrecisionIsCloseToFull) {
  const at::NoGradGuard no_gradients;
  const at::Tensor pixels = TinyPixels();
  NamedTensors half, same_in_float;
  for (const auto& [name, tensor] :
       SelectPrefix(RandomWeights(TinyConfig(), 3), "visual.")) {
    half[name] = tensor.to(at::kBFloat16);
    same_in_float[name] = half[name].to(at::kFloat);
  }
  ASSERT_OK_AND_ASSIGN(const VisionTransformer model,
                       VisionTransformer::Create(TinyConfig(), half));
  ASSERT_OK_AND_ASSIGN(const VisionTransformer exact_model,
                       VisionTransformer::Create(TinyConfig(), same_in_float));
  const at::Tensor exact = exact_model.Encode(pixels);
  // Eight bits of significand (0.4 %) through some twenty roundings.
  EXPECT_TRUE(TensorNear(model.Encode(pixels), exact,
                         0.04 * exact.abs().max().item<double>()));
}

TEST(VisionTransformer, ParametersAreSharedNotCopied) {
  const at::NoGradGuard no_gradients;
  NamedTensors tower = TinyTower();
  ASSERT_OK_AND_ASSIGN(const VisionTransformer model,
                       VisionTransformer::Create(TinyConfig(), tower));
  tower["proj"].zero_();
  EXPECT_EQ(model.Encode(TinyPixels()).abs().max().item<double>(), 0);
}

TEST(VisionTransformer, TensorsThatDoNotFitAreNamed) {
  NamedTensors tower = TinyTower();
  tower["transformer.resblocks.3.ln_1.bias"] = at::zeros({8});
  EXPECT_THAT(
      VisionTransformer::Create(TinyConfig(), tower),
      StatusIs(absl::StatusCode::kDataLoss,
               HasSubstr("\"visual.transformer.resblocks.3.ln_1.bias\" is not "
                         "part of an image tower of 3 layers")));
  tower = TinyTower();
  tower.erase("ln_post.bias");
  EXPECT_THAT(VisionTransformer::Create(TinyConfig(), tower),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("\"visual.ln_post.bias\" is missing")));
  tower = TinyTower();
  tower["positional_embedding"] = at::zeros({17, 8});
  EXPECT_THAT(VisionTransformer::Create(TinyConfig(), tower),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("has shape [17, 8], expected [10, 8]")));
  tower = TinyTower();
  tower["proj"] = tower["proj"].to(at::kDouble);
  EXPECT_THAT(VisionTransformer::Create(TinyConfig(), tower),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("\"visual.proj\" is Double")));
}

}  // namespace
}  // namespace maskfill
