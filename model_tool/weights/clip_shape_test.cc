#include "model_tool/weights/clip_shape.h"

#include "ATen/ops/zeros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

ModelHints TinyHints() {
  ModelHints hints;
  hints.said_by = "test";
  hints.activation = Activation::kGelu;
  hints.heads = 2;
  hints.text_heads = 4;
  return hints;
}

// Only what the shapes are read from.
NamedTensors Weights(int64_t width, int64_t positions) {
  return {
      {"visual.conv1.weight", at::zeros({width, 3, 16, 16})},
      {"visual.positional_embedding", at::zeros({positions, width})},
      {"visual.proj", at::zeros({width, 5})},
      {"visual.transformer.resblocks.0.attn.in_proj_weight", at::zeros({1})},
      {"visual.transformer.resblocks.0.mlp.c_fc.weight", at::zeros({7, width})},
  };
}

TEST(ClipShape, ReadsEverySizeFromTheWeights) {
  NamedTensors tensors = TinyClipTensors();
  tensors["classifier.weight"] = at::zeros({10, 4});
  ASSERT_OK_AND_ASSIGN(const ModelConfig config,
                       InferModelConfig(tensors, TinyHints()));
  EXPECT_EQ(config.vision.width, 8);
  EXPECT_EQ(config.vision.layers, 2);
  EXPECT_EQ(config.vision.heads, 2);
  EXPECT_EQ(config.vision.mlp_width, 16);
  EXPECT_EQ(config.text.heads, 4);
  EXPECT_EQ(config.text.layers, 2);
  EXPECT_EQ(config.image_size, 4);
  EXPECT_EQ(config.patch_size, 2);
  EXPECT_EQ(config.embed_dim, 4);
  EXPECT_EQ(config.context_length, 77);
  EXPECT_EQ(config.vocab_size, 49408);
  EXPECT_EQ(config.num_classes, 10);
  EXPECT_EQ(config.activation, Activation::kGelu);
}

TEST(ClipShape, TakesSixtyFourPerHead) {
  ModelHints hints;
  hints.activation = Activation::kQuickGelu;
  ASSERT_OK_AND_ASSIGN(const ModelConfig config,
                       InferModelConfig(Weights(768, 197), hints));
  EXPECT_EQ(config.vision.heads, 12);
  EXPECT_EQ(config.image_size, 224);
  EXPECT_FALSE(config.has_text());
}

TEST(ClipShape, AsksForHeadsThatWouldBeAGuess) {
  ModelHints hints;
  hints.activation = Activation::kGelu;
  for (const int64_t width : {1280, 1408, 1664, 100}) {
    EXPECT_THAT(
        InferModelConfig(Weights(width, 197), hints),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--heads")))
        << width;
  }
  hints.heads = 16;
  EXPECT_OK(InferModelConfig(Weights(1280, 197), hints));
  hints.heads = 7;
  EXPECT_THAT(InferModelConfig(Weights(1280, 197), hints),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("7 heads do not divide the width 1280")));
}

TEST(ClipShape, AsksForTheActivation) {
  EXPECT_THAT(
      InferModelConfig(Weights(768, 197), ModelHints()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--activation")));
}

TEST(ClipShape, RefusesShapesThatAreNoClip) {
  EXPECT_THAT(InferModelConfig(Weights(768, 196), TinyHints()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("square")));
  EXPECT_THAT(InferModelConfig(Weights(768, 1), TinyHints()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("square")));
  NamedTensors tensors = TinyClipTensors();
  tensors["visual.conv1.weight"] = at::zeros({8, 12});
  EXPECT_THAT(InferModelConfig(tensors, TinyHints()),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("[8, 12], expected 4 dimensions")));
  tensors.erase("visual.conv1.weight");
  EXPECT_THAT(InferModelConfig(tensors, TinyHints()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("missing")));
}

TEST(ClipShape, NoticesTheConfigurationOfAnotherModel) {
  ModelHints hints = TinyHints();
  hints.width = 1024;
  EXPECT_THAT(
      InferModelConfig(Weights(768, 197), hints),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is of another model")));
}

}  // namespace
}  // namespace maskfill
