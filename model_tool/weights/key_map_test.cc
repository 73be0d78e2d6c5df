#include "model_tool/weights/key_map.h"

#include <string>

#include "ATen/ops/equal.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void ExpectEqual(const NamedTensors& found, const NamedTensors& expected) {
  for (const auto& [name, tensor] : expected) {
    ASSERT_EQ(found.count(name), 1u) << name;
    EXPECT_EQ(found.at(name).sizes(), tensor.sizes()) << name;
    EXPECT_TRUE(at::equal(found.at(name), tensor)) << name;
  }
  EXPECT_EQ(found.size(), expected.size());
}

// OpenAI's names as Hugging Face has them: the inverse of what is tested,
// written independently.
NamedTensors ToHuggingFace(const NamedTensors& clip) {
  NamedTensors named;
  for (const auto& [name, tensor] : clip) {
    if (absl::StrContains(name, "in_proj")) {
      const bool visual = absl::StartsWith(name, "visual.");
      const std::string layer = absl::StrReplaceAll(
          name,
          {{"visual.", ""},
           {"transformer.resblocks", visual ? "vision_model.encoder.layers"
                                            : "text_model.encoder.layers"},
           {"attn.in_proj_", "self_attn.@_proj."}});
      const auto parts = tensor.chunk(3, 0);
      for (int i = 0; i < 3; ++i) {
        const char* part[] = {"q", "k", "v"};
        named[absl::StrReplaceAll(layer, {{"@", part[i]}})] = parts[i];
      }
      continue;
    }
    std::string hf = name;
    if (absl::StartsWith(name, "visual.transformer")) {
      hf = absl::StrReplaceAll(name, {{"visual.transformer.resblocks",
                                       "vision_model.encoder.layers"}});
    } else if (absl::StartsWith(name, "transformer")) {
      hf = absl::StrReplaceAll(
          name, {{"transformer.resblocks", "text_model.encoder.layers"}});
    }
    hf = absl::StrReplaceAll(hf, {{"ln_1", "layer_norm1"},
                                  {"ln_2", "layer_norm2"},
                                  {"attn.out_proj", "self_attn.out_proj"},
                                  {"mlp.c_fc", "mlp.fc1"},
                                  {"mlp.c_proj", "mlp.fc2"}});
    const std::pair<const char*, const char*> fixed[] = {
        {"visual.conv1.weight",
         "vision_model.embeddings.patch_embedding.weight"},
        {"visual.class_embedding", "vision_model.embeddings.class_embedding"},
        {"visual.positional_embedding",
         "vision_model.embeddings.position_embedding.weight"},
        {"visual.ln_pre.weight", "vision_model.pre_layrnorm.weight"},
        {"visual.ln_pre.bias", "vision_model.pre_layrnorm.bias"},
        {"visual.ln_post.weight", "vision_model.post_layernorm.weight"},
        {"visual.ln_post.bias", "vision_model.post_layernorm.bias"},
        {"visual.proj", "visual_projection.weight"},
        {"token_embedding.weight",
         "text_model.embeddings.token_embedding.weight"},
        {"positional_embedding",
         "text_model.embeddings.position_embedding.weight"},
        {"ln_final.weight", "text_model.final_layer_norm.weight"},
        {"ln_final.bias", "text_model.final_layer_norm.bias"},
        {"text_projection", "text_projection.weight"},
    };
    for (const auto& [openai, other] : fixed) {
      if (name == openai) hf = other;
    }
    const bool transposed = name == "visual.proj" || name == "text_projection";
    named[hf] = transposed ? tensor.t() : tensor;
  }
  return named;
}

TEST(KeyMap, LeavesOpenAiNames) {
  const NamedTensors clip = TinyClipTensors();
  ASSERT_OK_AND_ASSIGN(const MappedWeights mapped, MapToOpenAiNames(clip));
  ExpectEqual(mapped.tensors, clip);
  EXPECT_EQ(mapped.naming, "openai");
  EXPECT_THAT(mapped.notes, IsEmpty());
}

TEST(KeyMap, TakesWrappersOff) {
  const NamedTensors clip = TinyClipTensors();
  for (const char* wrapper :
       {"module.", "model.", "module.model.", "_orig_mod.module.",
        "clip_model.", "image_encoder.model."}) {
    ASSERT_OK_AND_ASSIGN(const MappedWeights mapped,
                         MapToOpenAiNames(AddPrefix(clip, wrapper)));
    ExpectEqual(mapped.tensors, clip);
    EXPECT_EQ(mapped.prefix, wrapper);
    EXPECT_EQ(mapped.FileName("visual.proj"),
              absl::StrCat(wrapper, "visual.proj"));
  }
}

TEST(KeyMap, NamesWhatIsMissingAsTheFileWould) {
  // Layers have two blocks; nothing of them is in these maps.
  const std::string ours = "visual.transformer.resblocks.7.ln_1.bias";
  ASSERT_OK_AND_ASSIGN(
      const MappedWeights hugging_face,
      MapToOpenAiNames(AddPrefix(ToHuggingFace(TinyClipTensors()), "clip.")));
  EXPECT_EQ(hugging_face.FileName(ours),
            "clip.vision_model.encoder.layers.7.layer_norm1.bias");
  EXPECT_EQ(hugging_face.FileName("transformer.resblocks.7.attn.in_proj_bias"),
            "clip.text_model.encoder.layers.7.self_attn.q_proj.bias");
  EXPECT_EQ(hugging_face.FileName("classifier.weight"), "classifier.weight");
  EXPECT_EQ(hugging_face.WithFileNames(
                absl::StrCat("at \"a b\": \"", ours, "\" is missing")),
            "at \"a b\": "
            "\"clip.vision_model.encoder.layers.7.layer_norm1.bias\" is "
            "missing");
  ASSERT_OK_AND_ASSIGN(
      const MappedWeights openai,
      MapToOpenAiNames(AddPrefix(TinyClipTensors(), "module.")));
  EXPECT_EQ(openai.FileName(ours), absl::StrCat("module.", ours));
  // The reference implementation's, and open_clip's CustomTextCLIP.
  NamedTensors renamed;
  for (const auto& [name, tensor] : TinyClipTensors()) {
    absl::string_view rest = name;
    const bool visual = absl::ConsumePrefix(&rest, "visual.");
    renamed[absl::StrCat(visual ? "backbone." : "text.", rest)] = tensor;
  }
  ASSERT_OK_AND_ASSIGN(const MappedWeights reference,
                       MapToOpenAiNames(renamed));
  EXPECT_EQ(reference.FileName(ours),
            "backbone.transformer.resblocks.7.ln_1.bias");
  EXPECT_EQ(reference.FileName("transformer.resblocks.7.ln_1.bias"),
            "text.transformer.resblocks.7.ln_1.bias");
}

TEST(KeyMap, TakesTheHeadFromOutsideTheTowersPrefix) {
  // As WiSE-FT's and FLYP's ImageClassifier under DistributedDataParallel.
  NamedTensors named = AddPrefix(TinyClipTensors(), "module.image_encoder.");
  named["module.classification_head.weight"] = at::zeros({10, 4});
  named["ema_step"] = at::zeros({});
  ASSERT_OK_AND_ASSIGN(const MappedWeights mapped, MapToOpenAiNames(named));
  EXPECT_EQ(mapped.tensors.count("classifier.weight"), 1u);
  EXPECT_EQ(mapped.tensors.count("classifier.bias"), 1u);
  EXPECT_EQ(mapped.FileName("classifier.weight"),
            "module.classification_head.weight");
  EXPECT_THAT(mapped.notes, Contains(HasSubstr("the first \"ema_step\"")));
}

// One would silently be taken and the other not.
TEST(KeyMap, RefusesTwoTensorsOfOneName) {
  NamedTensors tensors = TinyClipTensors();
  tensors["classifier.weight"] = at::zeros({3, 4});
  tensors["classification_head.weight"] = at::zeros({3, 4});
  EXPECT_THAT(MapToOpenAiNames(tensors),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("\"classification_head.weight\" and "
                                 "\"classifier.weight\" would both be "
                                 "\"classifier.weight\"; expected one")));
  tensors.clear();
  for (const auto& [name, tensor] : TinyClipTensors()) {
    tensors["module." + name] = tensor;
  }
  tensors["module.classifier.weight"] = at::zeros({3, 4});
  tensors["classifier.weight"] = at::zeros({3, 4});
  EXPECT_THAT(MapToOpenAiNames(tensors),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("\"classifier.weight\" and "
                                 "\"module.classifier.weight\" would both")));
  tensors = TinyClipTensors();
  tensors["backbone.conv1.weight"] = at::zeros({8, 3, 4, 4});
  EXPECT_THAT(MapToOpenAiNames(tensors),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("\"backbone.conv1.weight\" and "
                                 "\"visual.conv1.weight\" would both")));
}

TEST(KeyMap, TakesNamesWithoutPrefixWhereAskedTo) {
  NamedTensors tensors = TinyClipTensors();
  for (const auto& [name, tensor] : TinyClipTensors()) {
    tensors["ema." + name] = tensor.add(1);
  }
  EXPECT_THAT(MapToOpenAiNames(tensors),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("the prefix none (\".\"), \"ema.\"; choose "
                                 "one by --state_key=ema.")));
  ASSERT_OK_AND_ASSIGN(const MappedWeights raw,
                       MapToOpenAiNames(tensors, kNoStateKey));
  EXPECT_EQ(raw.prefix, "");
  EXPECT_TRUE(at::equal(raw.tensors.at("visual.proj"),
                        TinyClipTensors().at("visual.proj")));
}

TEST(KeyMap, AsksWhichOfTwoTowers) {
  NamedTensors named = TinyClipTensors();
  for (const auto& [name, tensor] : TinyClipTensors()) {
    named["model." + name] = tensor;
  }
  EXPECT_THAT(MapToOpenAiNames(named),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("found 2 image towers")));
  ASSERT_OK_AND_ASSIGN(const MappedWeights mapped,
                       MapToOpenAiNames(named, "model"));
  ExpectEqual(mapped.tensors, TinyClipTensors());
  EXPECT_THAT(
      MapToOpenAiNames(named, "absent"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"model.\"")));
}

TEST(KeyMap, MapsHuggingFaceNames) {
  const NamedTensors clip = TinyClipTensors();
  NamedTensors named = ToHuggingFace(clip);
  named["text_model.embeddings.position_ids"] = at::zeros({1, 77}, at::kLong);
  named["vision_model.embeddings.position_ids"] = at::zeros({1, 5}, at::kLong);
  ASSERT_OK_AND_ASSIGN(const MappedWeights mapped, MapToOpenAiNames(named));
  ExpectEqual(mapped.tensors, clip);
  EXPECT_EQ(mapped.naming, "hugging_face");
}

TEST(KeyMap, MapsAHuggingFaceImageTowerAlone) {
  NamedTensors image;
  for (const auto& [name, tensor] : TinyClipTensors()) {
    if (absl::StartsWith(name, "visual.")) image[name] = tensor;
  }
  ASSERT_OK_AND_ASSIGN(const MappedWeights mapped,
                       MapToOpenAiNames(ToHuggingFace(image)));
  ExpectEqual(mapped.tensors, image);
}

TEST(KeyMap, NamesAMissingOrUnknownHuggingFaceTensor) {
  NamedTensors named = ToHuggingFace(TinyClipTensors());
  named.erase("vision_model.encoder.layers.1.self_attn.k_proj.weight");
  EXPECT_THAT(MapToOpenAiNames(named),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("q_proj, k_proj and v_proj")));
  named = ToHuggingFace(TinyClipTensors());
  named["vision_model.encoder.layers.1.gate"] = at::zeros({1});
  EXPECT_THAT(MapToOpenAiNames(named), StatusIs(absl::StatusCode::kDataLoss,
                                                HasSubstr("layers.1.gate")));
}

TEST(KeyMap, TakesTheTextPrefixOfCustomTextClipOff) {
  const NamedTensors clip = TinyClipTensors();
  NamedTensors named;
  for (const auto& [name, tensor] : clip) {
    const bool text =
        !absl::StartsWith(name, "visual.") && name != "logit_scale";
    named[text ? absl::StrCat("text.", name) : name] = tensor;
  }
  named["text.attn_mask"] = at::zeros({77, 77});
  ASSERT_OK_AND_ASSIGN(const MappedWeights mapped, MapToOpenAiNames(named));
  ExpectEqual(mapped.tensors, clip);
}

TEST(KeyMap, MapsCheckpointsOfTheReference) {
  NamedTensors named;
  NamedTensors expected;
  for (const auto& [name, tensor] : TinyClipTensors()) {
    absl::string_view rest = name;
    if (!absl::ConsumePrefix(&rest, "visual.")) continue;
    named[absl::StrCat("backbone.", rest)] = tensor;
    expected[name] = tensor;
  }
  for (const char* name : {"classifier.weight", "classifier.bias"}) {
    named[name] = expected[name] = at::zeros({10});
  }
  ASSERT_OK_AND_ASSIGN(const MappedWeights mapped, MapToOpenAiNames(named));
  ExpectEqual(mapped.tensors, expected);
  EXPECT_EQ(mapped.naming, "reference");
}

TEST(KeyMap, MapsModelSoups) {
  // The image tower and head; the text tower without its transformer.
  NamedTensors named;
  NamedTensors expected;
  for (const auto& [name, tensor] : TinyClipTensors()) {
    if (absl::StartsWith(name, "transformer.")) continue;
    named[absl::StrCat("model.", name)] = tensor;
    if (absl::StartsWith(name, "visual.") || name == "logit_scale") {
      expected[name] = tensor;
    }
  }
  named["classification_head.weight"] = expected["classifier.weight"] =
      at::zeros({10, 4});
  named["classification_head.bias"] = expected["classifier.bias"] =
      at::zeros({10});
  ASSERT_OK_AND_ASSIGN(const MappedWeights mapped, MapToOpenAiNames(named));
  ExpectEqual(mapped.tensors, expected);
  EXPECT_THAT(mapped.notes, Contains(HasSubstr("without its transformer")));
}

TEST(KeyMap, DropsScalarsAndReshapesTheTemperature) {
  const NamedTensors clip = TinyClipTensors();
  NamedTensors named = clip;
  for (const char* name :
       {"input_resolution", "context_length", "vocab_size"}) {
    named[name] = at::zeros({}, at::kLong);
  }
  named["logit_scale"] = clip.at("logit_scale").reshape({1});
  ASSERT_OK_AND_ASSIGN(const MappedWeights mapped, MapToOpenAiNames(named));
  ExpectEqual(mapped.tensors, clip);
}

TEST(KeyMap, SaysWhyATowerIsRefused) {
  const auto expect = [](const NamedTensors& tensors,
                         const std::string& message) {
    EXPECT_THAT(MapToOpenAiNames(tensors),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(message)));
  };
  const at::Tensor any = at::zeros({1});
  expect({{"visual.trunk.patch_embed.proj.weight", any}}, "timm");
  expect({{"conv1.weight", any}}, "found no CLIP image tower");
  expect({}, "found no CLIP image tower");
  NamedTensors no_proj = TinyClipTensors();
  no_proj.erase("visual.proj");
  expect(no_proj, "no projection into the joint space");
  no_proj["classifier.weight"] = any;
  expect(no_proj, "CLIPForImageClassification");
  expect({{"token_embedding.weight", any}}, "only a text tower");
  NamedTensors other_text = TinyClipTensors();
  other_text["text.transformer.embeddings.word_embeddings.weight"] = any;
  expect(other_text, "text tower is not CLIP's own");
}

}  // namespace
}  // namespace maskfill
