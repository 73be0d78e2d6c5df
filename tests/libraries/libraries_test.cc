// What export_model writes, in open_clip, transformers and torch themselves:
// their features and logits are ours. Skipped where those are not installed.

#include <filesystem>
#include <string>

#include "ATen/core/Tensor.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/from_blob.h"
#include "ATen/ops/tensor.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/image/clip_preprocess.h"
#include "core/image/decode.h"
#include "core/image/encode_png.h"
#include "core/model/checkpoint.h"
#include "core/model/image_classifier.h"
#include "core/model/model_config.h"
#include "core/model/safetensors.h"
#include "core/text/text_transformer.h"
#include "gtest/gtest.h"
#include "model_tool/export_model.h"
#include "tests/support/program.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

constexpr char kPhoto[] = "examples/photos/val/n02123045/n02123045_val_0.JPEG";
// compare.py's code for a library that is not installed.
constexpr int kNotInstalled = 77;

// A CLIP with a head; every size another one, so that none is mistaken.
ModelConfig UsualConfig() {
  ModelConfig config;
  config.embed_dim = 48;
  config.vision = {.width = 128, .heads = 2, .layers = 3, .mlp_width = 512};
  config.image_size = 64;
  config.patch_size = 16;
  config.text = {.width = 64, .heads = 1, .layers = 2, .mlp_width = 256};
  config.context_length = 12;
  config.vocab_size = 100;
  config.num_classes = 3;
  config.class_names = {"tabby cat", "caf\xC3\xA9", "minivan"};
  return config;
}

// What neither weights nor defaults tell; OpenAI's format cannot hold it.
ModelConfig UnusualConfig() {
  ModelConfig config = UsualConfig();
  config.activation = Activation::kGelu;
  config.layer_norm_eps = 1e-3;
  config.vision.heads = 4;
  config.vision.mlp_width = 301;
  config.text.heads = 2;
  config.image_mean = {0.5f, 0.4f, 0.3f};
  config.image_std = {0.2f, 0.3f, 0.25f};
  return config;
}

ModelConfig WithoutText(ModelConfig config) {
  config.text = {};
  config.context_length = config.vocab_size = 0;
  return config;
}

// Random weights that float16 holds exactly: OpenAI's loaders round to it.
Checkpoint RandomCheckpoint(const ModelConfig& config) {
  Checkpoint checkpoint;
  checkpoint.config = config;
  for (const auto& [name, tensor] : RandomWeights(config, /*seed=*/5)) {
    checkpoint.tensors[name] = tensor.to(at::kHalf).to(at::kFloat);
  }
  return checkpoint;
}

// The photograph as <dir>/photo.png, and as the model sees it:
// <dir>/image.png. Returns the latter's pixels, uint8 [1, S, S, 3].
at::Tensor WriteImages(const std::string& dir, int64_t size) {
  const std::string bytes = ReadFile(kPhoto).value();
  const Image photo = DecodeImage(bytes).value();
  Image image = ResizeAndCenterCrop(photo, size);
  EXPECT_OK(WriteFileAtomically(JoinPath(dir, "photo.png"),
                                EncodePng(photo).value()));
  EXPECT_OK(WriteFileAtomically(JoinPath(dir, "image.png"),
                                EncodePng(image).value()));
  return at::from_blob(image.pixels.data(), {1, size, size, 3}, at::kByte)
      .clone();
}

// Our own features and logits as <dir>/expected.safetensors.
void WriteExpected(const Checkpoint& checkpoint, const at::Tensor& pixels,
                   const std::string& dir) {
  const at::NoGradGuard no_grad;
  ASSERT_OK_AND_ASSIGN(const ImageClassifier classifier,
                       ImageClassifier::FromCheckpoint(checkpoint, at::kCPU));
  NamedTensors expected;
  expected["image_features"] = classifier.Features(pixels);
  expected["logits"] = classifier.Logits(expected["image_features"]);
  if (checkpoint.config.has_text()) {
    // Begin, words, end (the last id of the vocabulary), padding.
    expected["tokens"] =
        at::tensor({98, 5, 17, 99, 0, 0, 98, 61, 99, 0, 0, 0}, at::kLong)
            .view({2, 6});
    ASSERT_OK_AND_ASSIGN(
        const TextTransformer text,
        TextTransformer::Create(checkpoint.config, checkpoint.tensors));
    expected["text_features"] = text.Encode(expected["tokens"]);
  }
  ASSERT_OK(WriteSafetensors(JoinPath(dir, "expected.safetensors"), expected));
}

// Exports the model and lets compare.py load it by `library`'s own means.
void Compare(const std::string& library, const ModelConfig& config,
             ExportFormat format) {
  // Where Bazel's link to it leads: the working tree.
  const std::filesystem::path script =
      std::filesystem::canonical("tests/libraries/compare.py");
  const std::string python =
      script.parent_path().parent_path().parent_path() / ".venv/bin/python";
  const std::string dir = TestDirectory();
  if (!PathExists(python)) GTEST_SKIP() << "there is no " << python;

  const Checkpoint checkpoint = RandomCheckpoint(config);
  ExportModelOptions options;
  options.checkpoint = JoinPath(dir, "checkpoint");
  options.format = format;
  options.run.output = JoinPath(dir, "export");
  ASSERT_OK(WriteCheckpoint(options.checkpoint, checkpoint));
  ASSERT_OK(ExportModel(options));
  WriteExpected(checkpoint, WriteImages(dir, config.image_size), dir);

  ProgramOptions run;
  run.working_directory = dir;
  run.environment = {{"HF_HUB_OFFLINE", "1"}};
  const std::string page = std::filesystem::canonical("docs/weights.md");
  const ProgramResult result = RunProgram({python, script, library, page}, run);
  if (result.exit_code == kNotInstalled) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

TEST(Libraries, OpenClipTakesAnExport) {
  Compare("open_clip", UsualConfig(), ExportFormat::kOpenClip);
}

TEST(Libraries, OpenClipTakesAnUnusualExport) {
  Compare("open_clip", UnusualConfig(), ExportFormat::kOpenClip);
}

TEST(Libraries, TransformersTakesAnExport) {
  Compare("transformers", UsualConfig(), ExportFormat::kHuggingFace);
}

TEST(Libraries, TransformersTakesAnUnusualExport) {
  Compare("transformers", UnusualConfig(), ExportFormat::kHuggingFace);
}

TEST(Libraries, TransformersTakesAnImageTower) {
  Compare("transformers", WithoutText(UnusualConfig()),
          ExportFormat::kHuggingFace);
}

TEST(Libraries, OpenAisLoaderTakesAnExport) {
  Compare("openai", UsualConfig(), ExportFormat::kOpenAi);
}

TEST(Libraries, TorchTakesAnExport) {
  Compare("torch", UsualConfig(), ExportFormat::kTorch);
}

TEST(Libraries, TorchTakesAnUnusualImageTower) {
  Compare("torch", WithoutText(UnusualConfig()), ExportFormat::kTorch);
}

}  // namespace
}  // namespace maskfill
