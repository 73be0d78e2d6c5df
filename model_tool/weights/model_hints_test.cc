#include "model_tool/weights/model_hints.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

TEST(ModelHints, ReadsOpenClip) {
  ASSERT_OK_AND_ASSIGN(const ModelHints hints, ParseModelHints(R"({
    "model_cfg": {"embed_dim": 1024,
                  "vision_cfg": {"width": 1280, "head_width": 80},
                  "text_cfg": {"width": 1024, "heads": 16}},
    "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}})",
                                                               "x"));
  EXPECT_EQ(hints.activation, Activation::kGelu);  // its default
  EXPECT_EQ(hints.heads, 16);
  EXPECT_EQ(hints.text_heads, 16);
  EXPECT_EQ(hints.width, 1280);
  EXPECT_EQ((*hints.image_mean)[2], 0.5f);
  ASSERT_OK_AND_ASSIGN(
      const ModelHints quick,
      ParseModelHints(R"({"quick_gelu": true, "vision_cfg": {"width": 768}})",
                      "x"));
  EXPECT_EQ(quick.activation, Activation::kQuickGelu);
  EXPECT_EQ(quick.heads, 12);
}

TEST(ModelHints, ReadsHuggingFace) {
  ASSERT_OK_AND_ASSIGN(const ModelHints hints, ParseModelHints(R"({
    "model_type": "clip",
    "vision_config": {"hidden_act": "gelu", "hidden_size": 1280,
                      "num_attention_heads": 16, "layer_norm_eps": 1e-5},
    "text_config": {"hidden_act": "gelu", "num_attention_heads": 20}})",
                                                               "x"));
  EXPECT_EQ(hints.activation, Activation::kGelu);
  EXPECT_EQ(hints.heads, 16);
  EXPECT_EQ(hints.text_heads, 20);
  EXPECT_EQ(hints.layer_norm_eps, 1e-5);
}

TEST(ModelHints, KnowsHuggingFaceDefaults) {
  ASSERT_OK_AND_ASSIGN(
      const ModelHints hints,
      ParseModelHints(R"({"vision_config": {}, "text_config": {}})", "x"));
  EXPECT_EQ(hints.activation, Activation::kQuickGelu);
  EXPECT_EQ(hints.heads, 12);
  EXPECT_EQ(hints.text_heads, 8);
}

TEST(ModelHints, ReadsAnOwnCheckpoint) {
  ASSERT_OK_AND_ASSIGN(
      const ModelHints hints,
      ParseModelHints(R"({"schema_version": 1, "activation": "gelu",
                          "vision": {"width": 8, "heads": 2},
                          "text": {"heads": 1}})",
                      "x"));
  EXPECT_EQ(hints.activation, Activation::kGelu);
  EXPECT_EQ(hints.heads, 2);
  EXPECT_EQ(hints.text_heads, 1);
}

TEST(ModelHints, SaysNothingForOtherJson) {
  ASSERT_OK_AND_ASSIGN(const ModelHints hints,
                       ParseModelHints(R"({"width": 128, "seed": 0})", "x"));
  EXPECT_FALSE(hints.activation.has_value());
  EXPECT_FALSE(hints.heads.has_value());
  EXPECT_FALSE(hints.width.has_value());
}

TEST(ModelHints, RefusesWhatDoesNotFit) {
  const auto expect = [](const char* json, const char* message) {
    EXPECT_THAT(ParseModelHints(json, "config.json"),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(message)));
  };
  expect("[1]", "is not a JSON object");
  expect("{", "is not a JSON object");
  expect(R"({"vision_config": {"hidden_act": "relu"}})", "\"relu\"");
  expect(R"({"vision_config": {"num_attention_heads": "12"}})",
         "num_attention_heads");
  expect(R"({"vision_config": {"hidden_act": "gelu"},
             "text_config": {"hidden_act": "quick_gelu"}})",
         "different hidden_act");
  expect(R"({"vision_cfg": {"width": 8, "head_width": 0}})", "head_width");
  expect(R"({"image_mean": [1, 2]})", "image_mean");
}

TEST(ModelHints, ReadsMetadata) {
  ASSERT_OK_AND_ASSIGN(
      const ModelHints hints,
      HintsFromMetadata({{"activation", "gelu"}, {"heads", "3"}}, "x"));
  EXPECT_EQ(hints.activation, Activation::kGelu);
  EXPECT_EQ(hints.heads, 3);
  EXPECT_FALSE(hints.text_heads.has_value());
  EXPECT_THAT(HintsFromMetadata({{"heads", "many"}}, "x"),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(ModelHints, MergesTheFilesBesideTheWeights) {
  const std::map<std::string, std::string> files = {
      {"config.json", R"({"vision_config": {}})"},
      {"open_clip_config.json",
       R"({"model_cfg": {"vision_cfg": {"width": 64}}})"},
      {"preprocessor_config.json", R"({"image_mean": [0.1, 0.2, 0.3]})"}};
  ASSERT_OK_AND_ASSIGN(const ModelHints open_clip,
                       HintsFromFiles(files, /*prefer_open_clip=*/true));
  EXPECT_EQ(open_clip.activation, Activation::kGelu);
  EXPECT_EQ(open_clip.heads, 1);
  EXPECT_EQ((*open_clip.image_mean)[1], 0.2f);
  ASSERT_OK_AND_ASSIGN(const ModelHints other,
                       HintsFromFiles(files, /*prefer_open_clip=*/false));
  EXPECT_EQ(other.activation, Activation::kQuickGelu);
}

}  // namespace
}  // namespace maskfill
