#include "model_tool/weights/model_claims.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// "VALUE by WHO", "; " between; "" when nobody says anything.
std::string Said(const ModelClaims& claims, const std::string& setting) {
  std::string said;
  for (const Claim& claim : claims.Of(setting)) {
    absl::StrAppend(&said, said.empty() ? "" : "; ", claim.value.dump(), " by ",
                    claim.by);
  }
  return said;
}

ModelClaims Parse(const std::string& json,
                  const std::string& name = "config.json") {
  ModelClaims claims;
  std::vector<std::string> notes;
  EXPECT_OK(AddClaimsOfFile(json, name, &claims, &notes));
  EXPECT_THAT(notes, IsEmpty());
  return claims;
}

void ExpectRefused(const std::string& json, const std::string& message,
                   const std::string& name = "config.json") {
  ModelClaims claims;
  std::vector<std::string> notes;
  EXPECT_THAT(AddClaimsOfFile(json, name, &claims, &notes),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr(name), HasSubstr(message))))
      << json;
}

TEST(ModelClaims, ReadsOpenClip) {
  const ModelClaims claims = Parse(R"({
    "model_cfg": {"embed_dim": 1024,
                  "vision_cfg": {"width": 1280, "head_width": 80,
                                 "layers": 32, "mlp_ratio": 4.0,
                                 "image_size": 224, "patch_size": 14,
                                 "norm_kwargs": {"eps": 1e-6}},
                  "text_cfg": {"width": 1024, "heads": 16}},
    "preprocess_cfg": {"size": [224, 224], "mean": [0.5, 0.5, 0.5],
                       "std": [0.25, 0.25, 0.25]}})");
  EXPECT_EQ(Said(claims, "activation"), "\"gelu\" by config.json: model_cfg");
  const std::string vision = " by config.json: model_cfg: vision_cfg";
  EXPECT_EQ(Said(claims, "vision.heads"), "16" + vision);
  EXPECT_EQ(Said(claims, "vision.layers"), "32" + vision);
  EXPECT_EQ(Said(claims, "vision.mlp_width"), "5120" + vision);
  EXPECT_EQ(Said(claims, "layer_norm_eps"), "1e-06" + vision);
  EXPECT_EQ(Said(claims, "text_layer_norm_eps"),
            "1e-05 by config.json: model_cfg: text_cfg");
  EXPECT_EQ(Said(claims, "text.heads"),
            "16 by config.json: model_cfg: text_cfg");
  EXPECT_THAT(claims.Of("image_size"), SizeIs(2));
  EXPECT_EQ(Said(claims, "image_mean"),
            "[0.5,0.5,0.5] by config.json: preprocess_cfg");
  // The configuration alone, as it lies in open_clip's source.
  EXPECT_EQ(Said(Parse(R"({"quick_gelu": true, "vision_cfg": {"width": 768}})"),
                 "activation"),
            "\"quick_gelu\" by config.json");
}

TEST(ModelClaims, RefusesWhatOpenClipCanDoAndThisCannot) {
  const auto vision = [](const std::string& member) {
    return absl::StrCat("{\"vision_cfg\": {", member, "}}");
  };
  const auto text = [](const std::string& member) {
    return absl::StrCat("{\"vision_cfg\": {}, \"text_cfg\": {", member, "}}");
  };
  ExpectRefused(vision(R"("pool_type": "avg")"), "\"pool_type\" is \"avg\"");
  ExpectRefused(vision(R"("global_average_pool": true)"),
                "global_average_pool");
  ExpectRefused(vision(R"("attentional_pool": true)"), "attentional_pool");
  ExpectRefused(vision(R"("timm_model_name": "vit_base")"), "timm_model_name");
  ExpectRefused(vision(R"("layers": [3, 4, 6, 3])"), "a whole number");
  ExpectRefused(vision(R"("width": 8, "head_width": 0)"), "head_width");
  ExpectRefused(vision(R"("act_kwargs": {"approximate": "tanh"})"),
                "approximate");
  ExpectRefused(vision(R"("norm_kwargs": {"elementwise_affine": 1})"),
                "elementwise_affine");
  ExpectRefused(text(R"("no_causal_mask": true)"), "no_causal_mask");
  ExpectRefused(text(R"("pool_type": "last")"), "\"pool_type\" is \"last\"");
  ExpectRefused(text(R"("hf_tokenizer_name": "bert")"), "hf_tokenizer_name");
  ExpectRefused(text(R"("tokenizer_kwargs": {"clean": "lower"})"),
                "tokenizer_kwargs");
  ExpectRefused(R"({"vision_cfg": {}, "multimodal_cfg": {"width": 1}})",
                "multimodal_cfg");
  ExpectRefused(R"({"model_cfg": {"vision_cfg": {}},
                    "preprocess_cfg": {"interpolation": "bilinear"}})",
                "bicubic");
  ExpectRefused(vision(R"("image_size": [224, 336])"), "a number of pixels");
  ExpectRefused(R"({"vision_cfg": {}, "text_cfg": {"proj_type": "none"}})",
                "supported is \"linear\"");
  // Switched off, or said to be what it is anyway.
  Parse(R"({"vision_cfg": {"block_type": "default", "timm_proj": "linear",
                           "attn_pooler_queries": 256},
            "text_cfg": {"proj_type": "linear", "hf_proj_type": "mlp"}})");
  Parse(vision(R"("pool_type": "tok", "global_average_pool": false,
                  "timm_pool": "", "ls_init_value": null,
                  "act_kwargs": {"approximate": "none"})"));
}

TEST(ModelClaims, KnowsTheDefaultsOfOpenClip) {
  const ModelClaims claims =
      Parse(R"({"vision_cfg": {"head_width": 96, "image_size": [32, 32]},
                "text_cfg": {"width": 768}})",
            "open_clip_config.json");
  const std::string by = " by open_clip_config.json: ";
  EXPECT_EQ(Said(claims, "vision.heads"), "8" + by + "vision_cfg");  // of 768
  EXPECT_EQ(Said(claims, "text.heads"),
            "8" + by + "text_cfg: open_clip's default");
  EXPECT_EQ(Said(claims, "image_size"), "32" + by + "vision_cfg");
}

TEST(ModelClaims, ReadsHuggingFace) {
  const ModelClaims claims = Parse(R"({
    "model_type": "clip", "projection_dim": 768,
    "vision_config": {"hidden_act": "gelu", "num_hidden_layers": 24,
                      "num_attention_heads": 16, "layer_norm_eps": 1e-3},
    "text_config": {"hidden_act": "gelu", "num_attention_heads": 20}})");
  const std::string vision = " by config.json: vision_config";
  EXPECT_EQ(Said(claims, "vision.heads"), "16" + vision);
  EXPECT_EQ(Said(claims, "vision.layers"), "24" + vision);
  EXPECT_EQ(Said(claims, "layer_norm_eps"), "0.001" + vision);
  EXPECT_EQ(Said(claims, "text_layer_norm_eps"),
            "1e-05 by config.json: text_config: transformers' default");
  EXPECT_EQ(Said(claims, "embed_dim"), "768 by config.json");
  EXPECT_THAT(claims.Of("activation"), SizeIs(2));  // of both towers
}

TEST(ModelClaims, KnowsTheDefaultsOfHuggingFace) {
  const ModelClaims claims = Parse(R"({"model_type": "clip_vision_model"})");
  EXPECT_THAT(Said(claims, "activation"), HasSubstr("quick_gelu"));
  EXPECT_THAT(Said(claims, "vision.heads"), HasSubstr("12"));
  EXPECT_THAT(Said(claims, "text.heads"), IsEmpty());
  // A CLIPModel's text tower computes quick_gelu where nothing is said of it.
  EXPECT_EQ(Said(Parse(R"({"model_type": "clip",
                           "vision_config": {"hidden_act": "gelu"}})"),
                 "activation"),
            "\"gelu\" by config.json: vision_config; \"quick_gelu\" by "
            "config.json: transformers' default without text_config");
}

// Written by transformers below 4.24; where both are there, both are heard.
TEST(ModelClaims, HearsTheConfigDictsOfOldFiles) {
  const ModelClaims claims = Parse(R"({"model_type": "clip",
                "vision_config": {"num_attention_heads": 12},
                "vision_config_dict": {"num_attention_heads": 16}})");
  EXPECT_EQ(Said(claims, "vision.heads"),
            "12 by config.json: vision_config; "
            "16 by config.json: vision_config_dict");
}

TEST(ModelClaims, RefusesTheFilesOfOtherModels) {
  ExpectRefused(R"({"model_type": "siglip"})", "model_type is \"siglip\"");
  ExpectRefused(R"({"architectures": ["ViTModel"], "hidden_act": "gelu"})",
                "its architectures are [\"ViTModel\"]");
  ExpectRefused(R"({"image_processor_type": "SiglipImageProcessor"})",
                "is of another model", "preprocessor_config.json");
  ExpectRefused(R"({"resample": 2})", "bicubic", "preprocessor_config.json");
}

TEST(ModelClaims, ReadsAPreprocessor) {
  const ModelClaims claims =
      Parse(R"({"image_processor_type": "CLIPImageProcessor",
                "size": {"shortest_edge": 224}, "resample": 3,
                "crop_size": {"height": 224, "width": 224},
                "image_mean": [0.1, 0.2, 0.3]})",
            "preprocessor_config.json");
  EXPECT_THAT(claims.Of("image_size"), SizeIs(2));
  EXPECT_EQ(Said(claims, "image_mean"),
            "[0.1,0.2,0.3] by preprocessor_config.json");
}

TEST(ModelClaims, RefusesPixelsThatIngestDoesNotMake) {
  for (const char* json :
       {R"({"do_resize": false})", R"({"do_center_crop": false})",
        R"({"do_rescale": false})", R"({"do_normalize": false})",
        R"({"rescale_factor": 1})",
        R"({"crop_size": {"height": 224, "width": 336}})"}) {
    ExpectRefused(json, "supported is", "preprocessor_config.json");
  }
  Parse(R"({"do_resize": true, "do_center_crop": true, "do_rescale": true,
            "do_normalize": true, "rescale_factor": 0.00392156862745098,
            "do_convert_rgb": true})",
        "preprocessor_config.json");
}

// Where CLIPProcessor.save_pretrained of transformers 5 writes it.
TEST(ModelClaims, ReadsAPreprocessorInsideAProcessor) {
  const ModelClaims claims = Parse(R"({"processor_class": "CLIPProcessor",
                "image_processor": {"image_mean": [0.5, 0.5, 0.5]}})",
                                   "processor_config.json");
  EXPECT_EQ(Said(claims, "image_mean"),
            "[0.5,0.5,0.5] by processor_config.json: image_processor");
}

TEST(ModelClaims, ReadsAnOwnCheckpoint) {
  const ModelClaims claims =
      Parse(R"({"schema_version": 1, "activation": "gelu",
                "layer_norm_eps": 1e-5, "class_names": ["a"],
                "vision": {"width": 8, "heads": 2}, "text": {"heads": 1}})");
  EXPECT_EQ(Said(claims, "vision.heads"), "2 by config.json: vision");
  EXPECT_EQ(Said(claims, "text.heads"), "1 by config.json: text");
  EXPECT_EQ(Said(claims, "text_layer_norm_eps"), "1e-05 by config.json");
}

TEST(ModelClaims, SaysThatOtherJsonSaysNothing) {
  ModelClaims claims;
  std::vector<std::string> notes;
  ASSERT_OK(AddClaimsOfFile("\xef\xbb\xbf{\"width\": 128}", "config.json",
                            &claims, &notes));
  EXPECT_THAT(notes, SizeIs(1));
  EXPECT_THAT(claims.Of("vision.width"), IsEmpty());
}

TEST(ModelClaims, RefusesWhatIsNoConfiguration) {
  ExpectRefused("[1]", "is not a JSON object");
  ExpectRefused("{", "is not a JSON object");
  ExpectRefused(R"({"vision_config": {"num_attention_heads": "12"}})",
                "num_attention_heads");
  ExpectRefused(R"({"vision_config": 3})", "an object");
  ExpectRefused(R"({"image_mean": [1, 2]})", "a list of three numbers",
                "preprocessor_config.json");
}

TEST(ModelClaims, ReadsMetadata) {
  ModelClaims claims;
  ASSERT_OK(
      AddClaimsOfMetadata({{"activation", "gelu"}, {"heads", "3"}}, &claims));
  EXPECT_EQ(Said(claims, "vision.heads"), "3 by the file's metadata");
  EXPECT_THAT(AddClaimsOfMetadata({{"heads", "many"}}, &claims),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("many")));
}

}  // namespace
}  // namespace maskfill
