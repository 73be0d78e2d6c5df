#include "core/model/model_config.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// OpenAI's ViT-B/32 with a head for ImageNet.
ModelConfig VitB32() {
  ModelConfig config;
  config.embed_dim = 512;
  config.vision = {.width = 768, .heads = 12, .layers = 12, .mlp_width = 3072};
  config.image_size = 224;
  config.patch_size = 32;
  config.text = {.width = 512, .heads = 8, .layers = 12, .mlp_width = 2048};
  config.context_length = 77;
  config.vocab_size = 49408;
  config.num_classes = 1000;
  return config;
}

TEST(ModelConfig, ComesBackFromItsProto) {
  ModelConfig config = VitB32();
  config.activation = Activation::kGelu;
  config.num_classes = 2;
  config.class_names = {"a", "b"};
  ASSERT_OK_AND_ASSIGN(const ModelConfig parsed,
                       ParseModelConfig(ToProto(config)));
  EXPECT_EQ(ToProto(parsed).SerializeAsString(),
            ToProto(config).SerializeAsString());
  EXPECT_EQ(parsed.activation, Activation::kGelu);
  EXPECT_EQ(parsed.text.layers, 12);
  EXPECT_EQ(parsed.image_mean, config.image_mean);
  EXPECT_THAT(parsed.class_names, ElementsAre("a", "b"));
  EXPECT_EQ(parsed.num_patches(), 49);
}

TEST(ModelConfig, KeepsTheEpsilonOfEachTower) {
  ModelConfig config = VitB32();
  // Equal ones are stored once, as ever.
  EXPECT_EQ(ToProto(config).text_layer_norm_eps(), 0);
  config.text_layer_norm_eps = 1e-3;
  ASSERT_OK_AND_ASSIGN(const ModelConfig parsed,
                       ParseModelConfig(ToProto(config)));
  EXPECT_EQ(parsed.layer_norm_eps, 1e-5);
  EXPECT_EQ(parsed.text_layer_norm_eps, 1e-3);
}

TEST(ModelConfig, ExpectsTheTensorsOfOpenAisReleases) {
  const auto shapes = ExpectedShapes(VitB32());
  // 8 of the image tower, 6 of the text tower, 2 of the head, 12 per block.
  EXPECT_EQ(shapes.size(), 8 + 6 + 2 + 12 * 24);
  EXPECT_THAT(shapes.at("visual.conv1.weight"), ElementsAre(768, 3, 32, 32));
  EXPECT_THAT(shapes.at("visual.positional_embedding"), ElementsAre(50, 768));
  EXPECT_THAT(shapes.at("visual.transformer.resblocks.11.attn.in_proj_weight"),
              ElementsAre(2304, 768));
  EXPECT_THAT(shapes.at("visual.proj"), ElementsAre(768, 512));
  EXPECT_THAT(shapes.at("transformer.resblocks.0.mlp.c_fc.weight"),
              ElementsAre(2048, 512));
  EXPECT_THAT(shapes.at("text_projection"), ElementsAre(512, 512));
  EXPECT_THAT(shapes.at("logit_scale"), IsEmpty());
  EXPECT_THAT(shapes.at("classifier.weight"), ElementsAre(1000, 512));
}

TEST(ModelConfig, WithoutTextAndHeadOnlyTheImageTowerIsExpected) {
  ModelConfig config = VitB32();
  config.text = {};
  config.num_classes = 0;
  for (const auto& [name, shape] : ExpectedShapes(config)) {
    EXPECT_EQ(name.substr(0, 7), "visual.");
  }
}

TEST(ModelConfig, WhatMakesNoSenseIsNamed) {
  const std::vector<std::pair<std::function<void(ModelConfig&)>, std::string>>
      cases = {
          {[](ModelConfig& c) { c.vision.width = 0; }, "vision.width is 0"},
          {[](ModelConfig& c) { c.vision.heads = 7; },
           "vision.width 768 is not a multiple of vision.heads 7"},
          {[](ModelConfig& c) { c.vision.layers = -1; }, "vision.layers"},
          {[](ModelConfig& c) { c.vision.mlp_width = 1LL << 40; },
           "vision.mlp_width"},
          {[](ModelConfig& c) { c.embed_dim = 0; }, "embed_dim is 0"},
          {[](ModelConfig& c) { c.patch_size = 30; },
           "image_size 224 is not a multiple of patch_size 30"},
          {[](ModelConfig& c) { c.layer_norm_eps = 0; }, "layer_norm_eps"},
          {[](ModelConfig& c) { c.image_std[1] = 0; }, "channel 1"},
          // Of pixels of 0 to 255, which no tower here is given.
          {[](ModelConfig& c) { c.image_mean[2] = 103.5f; }, "channel 2"},
          {[](ModelConfig& c) { c.image_std[0] = 57.4f; }, "channel 0"},
          {[](ModelConfig& c) { c.text.heads = 0; }, "text.heads is 0"},
          {[](ModelConfig& c) { c.context_length = 0; }, "context_length"},
          {[](ModelConfig& c) { c.vocab_size = 0; }, "vocab_size"},
          {[](ModelConfig& c) { c.num_classes = -1; }, "num_classes is -1"},
          {[](ModelConfig& c) { c.class_names = {"one"}; },
           "1 class_names, expected none or num_classes = 1000"},
  };
  for (const auto& [change, message] : cases) {
    ModelConfig config = VitB32();
    change(config);
    EXPECT_THAT(
        ValidateModelConfig(config),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message)));
  }
}

TEST(ModelConfig, AnUnknownVersionIsRefused) {
  v1::ModelConfig proto = ToProto(VitB32());
  proto.set_schema_version(2);
  EXPECT_THAT(ParseModelConfig(proto),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("schema_version is 2")));
}

TEST(Activation, ParsesWhatItPrints) {
  for (const Activation activation :
       {Activation::kQuickGelu, Activation::kGelu}) {
    EXPECT_THAT(ParseActivation(ToString(activation)),
                IsOkAndHolds(activation));
  }
  EXPECT_THAT(ParseActivation("swish"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("expected quick_gelu or gelu")));
}

}  // namespace
}  // namespace maskfill
