#include "model_tool/weights/model_settings.h"

#include <cstdint>
#include <string>
#include <utility>

#include "ATen/ops/zeros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ModelClaims TinyClaims() {
  ModelClaims claims;
  claims.Add("activation", "gelu", "test");
  claims.Add("vision.heads", 2, "test");
  claims.Add("text.heads", 4, "test");
  return claims;
}

ModelClaims Activation(const char* name = "quick_gelu") {
  ModelClaims claims;
  claims.Add("activation", name, "test");
  return claims;
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

absl::StatusOr<ModelSettings> Decide(const NamedTensors& tensors,
                                     const ModelClaims& claims) {
  ModelSettings decided;
  RETURN_IF_ERROR(DecideModelSettings(tensors, claims, &decided));
  return decided;
}

// Who said it, or "".
std::string By(const ModelSettings& decided, const std::string& name) {
  for (const Setting& setting : decided.settings) {
    if (setting.name == name) return setting.by;
  }
  return "";
}

TEST(ModelSettings, ReadsEverySizeFromTheWeights) {
  NamedTensors tensors = TinyClipTensors();
  tensors["classifier.weight"] = at::zeros({10, 4});
  ASSERT_OK_AND_ASSIGN(const ModelSettings decided,
                       Decide(tensors, TinyClaims()));
  const ModelConfig& config = decided.config;
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
  EXPECT_EQ(config.activation, maskfill::Activation::kGelu);
  EXPECT_EQ(By(decided, "vision.layers"), "the weights");
  EXPECT_EQ(By(decided, "vision.heads"), "test");
  EXPECT_EQ(By(decided, "image_std"), "CLIP's, as nobody says");
  EXPECT_THAT(SettingsText(decided.settings),
              ContainsRegex("activation +gelu +test\n"));
}

TEST(ModelSettings, TakesSixtyFourPerHead) {
  ASSERT_OK_AND_ASSIGN(const ModelSettings decided,
                       Decide(Weights(768, 197), Activation()));
  EXPECT_EQ(decided.config.vision.heads, 12);
  EXPECT_EQ(decided.config.image_size, 224);
  EXPECT_FALSE(decided.config.has_text());
  EXPECT_THAT(By(decided, "vision.heads"), HasSubstr("width / 64"));
}

TEST(ModelSettings, AsksForHeadsThatWouldBeAGuess) {
  ModelClaims claims = Activation();
  for (const int64_t width : {1280, 1408, 1664, 100}) {
    EXPECT_THAT(
        Decide(Weights(width, 197), claims),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--heads")))
        << width;
  }
  claims.Add("vision.heads", 16, "--heads");
  EXPECT_OK(Decide(Weights(1280, 197), claims));
  claims = Activation();
  claims.Add("vision.heads", 7, "config.json");
  EXPECT_THAT(
      Decide(Weights(1280, 197), claims),
      StatusIs(
          absl::StatusCode::kInvalidArgument,
          HasSubstr("7 heads (config.json) do not divide the width 1280")));
}

TEST(ModelSettings, AsksForTheActivation) {
  EXPECT_THAT(
      Decide(Weights(768, 197), ModelClaims()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--activation")));
  EXPECT_THAT(Decide(Weights(768, 197), Activation("relu")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("\"relu\"")));
}

TEST(ModelSettings, RefusesShapesThatAreNoClip) {
  EXPECT_THAT(Decide(Weights(768, 196), TinyClaims()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("square")));
  EXPECT_THAT(Decide(Weights(768, 1), TinyClaims()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("square")));
  NamedTensors tensors = TinyClipTensors();
  tensors["visual.conv1.weight"] = at::zeros({8, 12});
  EXPECT_THAT(Decide(tensors, TinyClaims()),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("[8, 12], expected 4 dimensions")));
  tensors.erase("visual.conv1.weight");
  EXPECT_THAT(Decide(tensors, TinyClaims()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("missing")));
}

// A configuration whose sizes are not those of the weights belongs to others:
// to a wider or deeper model, for example, whose last layers were lost.
TEST(ModelSettings, NamesTheBlockThatIsMissingBetweenOthers) {
  NamedTensors tensors = TinyClipTensors();
  tensors["visual.transformer.resblocks.7.ln_1.bias"] =
      tensors.at("visual.ln_pre.bias");
  ModelSettings decided;
  EXPECT_THAT(
      DecideModelSettings(tensors, TinyClaims(), &decided),
      StatusIs(absl::StatusCode::kDataLoss,
               AllOf(HasSubstr(".attn.in_proj_weight\" is missing, though"),
                     HasSubstr("resblocks.7.ln_1.bias\" is there"))));
}

TEST(ModelSettings, NoticesTheConfigurationOfAnotherModel) {
  for (const auto& [setting, value] : {std::pair("vision.width", 1024),
                                       {"vision.layers", 12},
                                       {"vision.mlp_width", 8},
                                       {"patch_size", 32},
                                       {"image_size", 336},
                                       {"embed_dim", 6}}) {
    ModelClaims claims = Activation();
    claims.Add(setting, value, "config.json");
    EXPECT_THAT(
        Decide(Weights(768, 197), claims),
        StatusIs(absl::StatusCode::kDataLoss,
                 AllOf(HasSubstr("config.json is of another model: its "),
                       HasSubstr(setting))));
  }
}

TEST(ModelSettings, RefusesContradictionsThatNoFlagSettles) {
  ModelClaims claims;
  claims.Add("activation", "gelu", "a.json");
  claims.Add("activation", "quick_gelu", "b.json");
  EXPECT_THAT(
      Decide(Weights(768, 197), claims),
      StatusIs(absl::StatusCode::kDataLoss,
               HasSubstr("activation is said to be gelu (a.json) and "
                         "quick_gelu (b.json); expected one value: settle it "
                         "by --activation")));
  ModelClaims flag;
  flag.Add("activation", "quick_gelu", "--activation");
  flag.Add("activation", "gelu", "a.json");
  ASSERT_OK_AND_ASSIGN(const ModelSettings decided,
                       Decide(Weights(768, 197), flag));
  EXPECT_THAT(decided.remarks,
              ElementsAre("--activation=quick_gelu overrides gelu of a.json"));
}

TEST(ModelSettings, ComparesPixelStatisticsAsFloat32) {
  ModelClaims claims = Activation();
  claims.Add("image_mean", {0.48145466, 0.4578275, 0.40821073}, "a.json");
  claims.Add("image_mean", {0.48145466f, 0.4578275f, 0.40821073f}, "b.json");
  EXPECT_OK(Decide(Weights(768, 197), claims));
  claims.Add("image_mean", {0.5, 0.5, 0.5}, "c.json");
  EXPECT_THAT(Decide(Weights(768, 197), claims),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("c.json")));
}

TEST(ModelSettings, KeepsTheEpsilonOfEachTower) {
  ModelClaims claims = TinyClaims();
  claims.Add("layer_norm_eps", 1e-3, "test");
  claims.Add("text_layer_norm_eps", 1e-5, "test");
  ASSERT_OK_AND_ASSIGN(const ModelSettings decided,
                       Decide(TinyClipTensors(), claims));
  EXPECT_EQ(decided.config.layer_norm_eps, 1e-3);
  EXPECT_EQ(decided.config.text_layer_norm_eps, 1e-5);
  EXPECT_THAT(decided.remarks, IsEmpty());
}

}  // namespace
}  // namespace maskfill
