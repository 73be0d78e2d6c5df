// Tokens, text features and the zero-shot head against the goldens.

#include <cstdint>
#include <string>
#include <vector>

#include "ATen/ops/allclose.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/tensor.h"
#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "core/model/safetensors.h"
#include "core/text/bpe_tokenizer.h"
#include "core/text/prompts.h"
#include "core/text/text_transformer.h"
#include "core/text/zeroshot_head.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/import_model.h"
#include "nlohmann/json.hpp"
#include "tests/support/golden_directory.h"
#include "tests/support/load_checkpoint.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

// The goldens' tolerance: |a - b| <= 1e-4 + 1e-3 |b|.
constexpr double kRelative = 1e-3;
constexpr double kAbsolute = 1e-4;

class TextParity : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(golden_, GoldenDirectory());
    ASSERT_OK_AND_ASSIGN(
        SafetensorsFile file,
        ReadSafetensors(JoinPath(golden_, "text.safetensors")));
    expected_ = std::move(file.tensors);
  }

  nlohmann::json ReadJson(const std::string& name) const {
    auto text = ReadFile(JoinPath(golden_, name));
    EXPECT_OK(text);
    return nlohmann::json::parse(*text);
  }

  // The golden CLIP as import_model makes it.
  absl::StatusOr<Checkpoint> ImportClip() const {
    ImportModelOptions options;
    options.source = JoinPath(golden_, "clip-openai-keys.safetensors");
    options.run.output = JoinPath(TestDirectory(), "clip");
    options.weights.activation = Activation::kQuickGelu;
    const nlohmann::json sizes = ReadJson("config.json");
    options.weights.heads = sizes.value("heads", 0);  // 0: as OpenAI's
    options.weights.text_heads = sizes.value("theads", 0);
    RETURN_IF_ERROR(ImportModel(options).status());
    return LoadCheckpoint(options.run.output);
  }

  std::string golden_;
  NamedTensors expected_;
};

TEST_F(TextParity, TokensAreEqual) {
  ASSERT_OK_AND_ASSIGN(const auto tokenizer, BpeTokenizer::Create());
  const at::Tensor& expected = expected_.at("tokens");
  const nlohmann::json texts = ReadJson("tokenizer-texts.json");
  ASSERT_EQ(static_cast<int64_t>(texts.size()), expected.size(0));
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string text = texts[i];
    ASSERT_OK_AND_ASSIGN(
        const std::vector<int32_t> tokens,
        tokenizer->Tokenize(text, {.context_length = expected.size(1)}));
    EXPECT_TRUE(at::equal(at::tensor(tokens, at::kInt),
                          expected[static_cast<int64_t>(i)].to(at::kInt)))
        << text;
  }
}

TEST_F(TextParity, FeaturesAreClose) {
  ASSERT_OK_AND_ASSIGN(const Checkpoint clip, ImportClip());
  ASSERT_OK_AND_ASSIGN(const TextTransformer tower,
                       TextTransformer::Create(clip.config, clip.tensors));
  const at::Tensor features = tower.Encode(expected_.at("tokens"));
  EXPECT_TRUE(at::allclose(features, expected_.at("text_features"), kRelative,
                           kAbsolute))
      << "largest difference "
      << features.sub(expected_.at("text_features")).abs().max().item<float>();
}

TEST_F(TextParity, ZeroshotHeadIsClose) {
  ASSERT_OK_AND_ASSIGN(const Checkpoint clip, ImportClip());
  const nlohmann::json prompts = ReadJson("zeroshot-prompts.json");
  ZeroshotHeadOptions options;
  options.class_names = prompts["class_names"].get<std::vector<std::string>>();
  ASSERT_OK_AND_ASSIGN(options.prompts,
                       LoadPrompts("openai", options.class_names));
  // The built-in templates are those of the goldens, in their order.
  const auto first = prompts["first_prompts"].get<std::vector<std::string>>();
  const std::vector<std::string> filled =
      options.prompts.For(options.class_names[0]);
  for (size_t i = 0; i < first.size(); ++i) EXPECT_EQ(filled[i], first[i]);
  ASSERT_OK_AND_ASSIGN(const at::Tensor head, ZeroshotHead(clip, options));
  EXPECT_TRUE(at::allclose(head, expected_.at("zeroshot_head_weight"),
                           kRelative, kAbsolute));
}

}  // namespace
}  // namespace maskfill
