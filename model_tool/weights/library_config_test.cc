#include "model_tool/weights/library_config.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/weights/model_claims.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

// ViT-g/14's image tower, which no default fits, with pixels of its own.
ModelConfig GiantConfig() {
  ModelConfig config;
  config.activation = Activation::kGelu;
  config.layer_norm_eps = 1e-6;
  config.text_layer_norm_eps = 1e-4;
  config.embed_dim = 1024;
  config.vision = {.width = 1408, .heads = 16, .layers = 40, .mlp_width = 6144};
  config.image_size = 224;
  config.patch_size = 14;
  config.image_mean = {0.1f, 0.2f, 0.3f};
  config.image_std = {0.4f, 0.5f, 0.6f};
  config.text = {.width = 1024, .heads = 32, .layers = 24, .mlp_width = 4096};
  config.context_length = 77;
  config.vocab_size = 49408;
  return config;
}

ModelConfig WithoutText(ModelConfig config) {
  config.text = {};
  config.context_length = config.vocab_size = 0;
  return config;
}

// What is said of a setting: by everybody the same.
Json Said(const ModelClaims& claims, const std::string& setting) {
  const std::vector<Claim>& said = claims.Of(setting);
  if (said.empty()) return nullptr;
  for (const Claim& claim : said) {
    EXPECT_EQ(claim.value, said[0].value) << setting;
  }
  return said[0].value;
}

// Read again, the files say everything that weights do not tell.
void ExpectSays(const std::map<std::string, std::string>& files,
                const ModelConfig& config) {
  ModelClaims claims;
  std::vector<std::string> notes;
  for (const auto& [name, json] : files) {
    ASSERT_OK(AddClaimsOfFile(json, name, &claims, &notes));
  }
  EXPECT_EQ(Said(claims, "activation"), ToString(config.activation));
  EXPECT_EQ(Said(claims, "vision.heads"), config.vision.heads);
  EXPECT_EQ(Said(claims, "vision.layers"), config.vision.layers);
  EXPECT_EQ(Said(claims, "vision.mlp_width"), config.vision.mlp_width);
  EXPECT_EQ(Said(claims, "image_size"), config.image_size);
  EXPECT_EQ(Said(claims, "layer_norm_eps"), config.layer_norm_eps);
  const auto mean = Said(claims, "image_mean").get<std::array<float, 3>>();
  EXPECT_EQ(mean, config.image_mean);
  if (!config.has_text()) return;
  EXPECT_EQ(Said(claims, "text.heads"), config.text.heads);
  EXPECT_EQ(Said(claims, "text_layer_norm_eps"), config.text_layer_norm_eps);
}

TEST(LibraryConfig, OpenClipsSaysWhatWeightsCannot) {
  const ModelConfig config = GiantConfig();
  const std::string json = OpenClipConfig(config);
  ExpectSays({{"open_clip_config.json", json}}, config);
  const Json model = Json::parse(json)["model_cfg"];
  EXPECT_EQ(model["vision_cfg"]["norm_kwargs"]["eps"], 1e-6);
  EXPECT_EQ(model["text_cfg"]["norm_kwargs"]["eps"], 1e-4);
  EXPECT_EQ(model["text_cfg"]["context_length"], 77);
}

TEST(LibraryConfig, OpenClipsNamesNoEpsilonThatIsTheDefault) {
  ModelConfig config = GiantConfig();
  config.layer_norm_eps = config.text_layer_norm_eps = 1e-5;
  EXPECT_THAT(OpenClipConfig(config), Not(HasSubstr("norm_kwargs")));
}

// open_clip computes int(width * mlp_ratio).
TEST(LibraryConfig, OpenClipsRatioGivesBackEveryMlpWidth) {
  ModelConfig config = GiantConfig();
  for (const int64_t width : {64, 80, 104, 1408, 1664}) {
    config.vision.width = width;
    for (int64_t mlp_width = width; mlp_width <= 5 * width; mlp_width += 7) {
      config.vision.mlp_width = mlp_width;
      const Json json = Json::parse(OpenClipConfig(config));
      const double ratio = json["model_cfg"]["vision_cfg"]["mlp_ratio"];
      ASSERT_EQ(static_cast<int64_t>(static_cast<double>(width) * ratio),
                mlp_width)
          << width;
    }
  }
}

TEST(LibraryConfig, HuggingFacesSayWhatWeightsCannot) {
  for (const ModelConfig& config :
       {GiantConfig(), WithoutText(GiantConfig())}) {
    const std::string json = HuggingFaceConfig(config);
    ExpectSays(
        {{"config.json", json},
         {"preprocessor_config.json", HuggingFacePreprocessorConfig(config)}},
        config);
    const Json root = Json::parse(json);
    const Json& vision = config.has_text() ? root["vision_config"] : root;
    EXPECT_EQ(vision["intermediate_size"], 6144);
    EXPECT_EQ(root["architectures"][0], config.has_text()
                                            ? "CLIPModel"
                                            : "CLIPVisionModelWithProjection");
  }
}

// The end of a text is found by this id.
TEST(LibraryConfig, HuggingFacesTextEndsWithTheLastIdOfTheVocabulary) {
  const Json json = Json::parse(HuggingFaceConfig(GiantConfig()));
  EXPECT_EQ(json["text_config"]["eos_token_id"], 49407);
}

TEST(LibraryConfig, PixelStatisticsHaveTheDigitsOfFloat32) {
  EXPECT_EQ(Json::parse(OpenClipConfig(GiantConfig()))["preprocess_cfg"]["mean"]
                .dump(),
            "[0.1,0.2,0.3]");
}

}  // namespace
}  // namespace maskfill
