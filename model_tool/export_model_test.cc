#include "model_tool/export_model.h"

#include <string>

#include "ATen/ops/equal.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "core/model/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/import_model.h"
#include "tests/support/load_checkpoint.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// The smallest that OpenAI's format can hold: 64 elements in the one head.
ModelConfig ClipConfig() {
  ModelConfig config;
  config.embed_dim = 4;
  config.vision = {.width = 64, .heads = 1, .layers = 2, .mlp_width = 256};
  config.image_size = 4;
  config.patch_size = 2;
  config.text = config.vision;
  config.context_length = 5;
  config.vocab_size = 7;
  return config;
}

ModelConfig ClassifierConfig() {
  ModelConfig config = ClipConfig();
  config.text = {};
  config.context_length = config.vocab_size = 0;
  config.num_classes = 2;
  config.class_names = {"tabby", "kite"};
  return config;
}

// Makes a checkpoint of random weights and returns its path.
std::string Write(const std::string& path, const ModelConfig& config) {
  Checkpoint checkpoint;
  checkpoint.config = config;
  checkpoint.tensors = RandomWeights(config, /*seed=*/1);
  EXPECT_OK(WriteCheckpoint(path, checkpoint));
  return path;
}

ExportModelOptions Options(const std::string& checkpoint, ExportFormat format) {
  ExportModelOptions options;
  options.checkpoint = checkpoint;
  options.format = format;
  options.run.output = absl::StrCat(checkpoint, "-as-", ToString(format));
  return options;
}

// Exports and imports again what came out.
absl::StatusOr<std::string> ThereAndBack(const ExportModelOptions& there) {
  RETURN_IF_ERROR(ExportModel(there).status());
  ImportModelOptions back;
  back.source = there.run.output;
  back.run.output = there.run.output + "-back";
  if (there.format == ExportFormat::kOpenAi) {
    // The format cannot say it; import_model asks.
    back.weights.activation = Activation::kQuickGelu;
  }
  RETURN_IF_ERROR(ImportModel(back).status());
  return back.run.output;
}

std::string FingerprintOf(const std::string& dir) {
  const auto file = CheckpointFile::Open(dir);
  EXPECT_OK(file);
  return file->fingerprint();
}

TEST(ExportModel, GivesTheSameFingerprintWhenImportedAgain) {
  const std::string clip =
      Write(JoinPath(TestDirectory(), "clip"), ClipConfig());
  for (const ExportFormat format :
       {ExportFormat::kOpenClip, ExportFormat::kHuggingFace,
        ExportFormat::kOpenAi, ExportFormat::kTorch}) {
    ASSERT_OK_AND_ASSIGN(const std::string back,
                         ThereAndBack(Options(clip, format)));
    EXPECT_EQ(FingerprintOf(back), FingerprintOf(clip)) << ToString(format);
  }
}

// Nothing of it is a default, nor told by the weights.
TEST(ExportModel, KeepsWhatWeightsCannotTell) {
  ModelConfig config = ClipConfig();
  config.activation = Activation::kGelu;
  config.vision.heads = 2;
  config.text.heads = 4;
  config.vision.mlp_width = 100;
  config.layer_norm_eps = 1e-6;
  config.text_layer_norm_eps = 1e-4;
  config.image_mean = {0.1f, 0.2f, 0.3f};
  config.image_std = {0.4f, 0.5f, 0.6f};
  const std::string clip = Write(JoinPath(TestDirectory(), "clip"), config);
  for (const ExportFormat format :
       {ExportFormat::kOpenClip, ExportFormat::kHuggingFace,
        ExportFormat::kTorch}) {
    ASSERT_OK_AND_ASSIGN(const std::string back,
                         ThereAndBack(Options(clip, format)));
    EXPECT_EQ(FingerprintOf(back), FingerprintOf(clip)) << ToString(format);
  }
}

// Its head and its classes' names lie beside the tower, or in one file with it.
TEST(ExportModel, GivesAClassifierBackWithItsHead) {
  const std::string classifier =
      Write(JoinPath(TestDirectory(), "classifier"), ClassifierConfig());
  for (const ExportFormat format :
       {ExportFormat::kHuggingFace, ExportFormat::kTorch}) {
    ASSERT_OK_AND_ASSIGN(const std::string back,
                         ThereAndBack(Options(classifier, format)));
    EXPECT_EQ(FingerprintOf(back), FingerprintOf(classifier))
        << ToString(format);
  }
}

TEST(ExportModel, WritesTheHeadAndItsNamesBesideTheTower) {
  const std::string classifier =
      Write(JoinPath(TestDirectory(), "classifier"), ClassifierConfig());
  const ExportModelOptions options =
      Options(classifier, ExportFormat::kHuggingFace);
  ASSERT_OK_AND_ASSIGN(const WorkResult result, ExportModel(options));
  EXPECT_THAT(ToText(result, options), HasSubstr("head of 2 classes, written"));
  const std::string& dir = options.run.output;
  EXPECT_THAT(
      ListDirectory(dir),
      IsOkAndHolds(UnorderedElementsAre(
          "model.safetensors", "config.json", "preprocessor_config.json",
          "head.safetensors", "class_names.json", "provenance.json")));
  EXPECT_THAT(ReadFile(JoinPath(dir, "class_names.json")),
              IsOkAndHolds("[\n  \"tabby\",\n  \"kite\"\n]\n"));
  ASSERT_OK_AND_ASSIGN(const SafetensorsFile head,
                       ReadSafetensors(JoinPath(dir, "head.safetensors")));
  const Checkpoint checkpoint = LoadCheckpoint(classifier).value();
  ASSERT_EQ(head.tensors.size(), 2u);
  for (const char* name : {"classifier.weight", "classifier.bias"}) {
    EXPECT_TRUE(at::equal(head.tensors.at(name), checkpoint.tensors.at(name)));
  }
}

TEST(ExportModel, MakesAClipOfAClassifierAndATextTower) {
  const std::string dir = TestDirectory();
  const std::string clip = Write(JoinPath(dir, "clip"), ClipConfig());
  const std::string classifier =
      Write(JoinPath(dir, "classifier"), ClassifierConfig());
  ExportModelOptions options = Options(classifier, ExportFormat::kOpenClip);
  EXPECT_THAT(ExportModel(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("has no text tower"),
                             HasSubstr("formats that can: hf, pt"))));
  EXPECT_FALSE(PathExists(options.run.output));
  options.text_tower = clip;
  ASSERT_OK_AND_ASSIGN(const std::string back, ThereAndBack(options));
  const NamedTensors image = LoadCheckpoint(classifier).value().tensors;
  const NamedTensors text = LoadCheckpoint(clip).value().tensors;
  const NamedTensors found = LoadCheckpoint(back).value().tensors;
  for (const auto& [name, tensor] : found) {
    const NamedTensors& of = image.count(name) > 0 ? image : text;
    EXPECT_TRUE(at::equal(tensor, of.at(name))) << name;
  }
  EXPECT_TRUE(PathExists(JoinPath(options.run.output, "head.safetensors")));
}

TEST(ExportModel, RefusesATextTowerThatDoesNotFit) {
  const std::string dir = TestDirectory();
  const std::string clip = Write(JoinPath(dir, "clip"), ClipConfig());
  const std::string classifier =
      Write(JoinPath(dir, "classifier"), ClassifierConfig());
  ModelConfig other = ClipConfig();
  other.embed_dim = 8;
  const auto expect = [](const std::string& checkpoint,
                         const std::string& text_tower, const char* message) {
    ExportModelOptions options = Options(checkpoint, ExportFormat::kTorch);
    options.text_tower = text_tower;
    EXPECT_THAT(
        ExportModel(options),
        StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(message)));
  };
  expect(clip, clip, "has a text tower of its own");
  expect(classifier, classifier, "--text_tower has no text tower");
  expect(classifier, Write(JoinPath(dir, "other"), other), "an embedding of 8");
}

TEST(ExportModel, NamesAllThatOpenAisFormatCannotHold) {
  ModelConfig config = ClipConfig();
  config.activation = Activation::kGelu;
  config.vision.heads = 2;
  config.text.mlp_width = 100;
  config.layer_norm_eps = 1e-6;
  config.image_std = {1, 1, 1};
  EXPECT_THAT(
      CheckFits(ExportFormat::kOpenAi, config),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("has 2 heads in its image tower of width 64"),
                     HasSubstr("has MLPs of 100 in its text tower"),
                     HasSubstr("has gelu (not quick_gelu)"),
                     HasSubstr("layer_norm_eps of 1e-06"),
                     HasSubstr("pixel statistics"),
                     HasSubstr("formats that can: open_clip, hf, pt"))));
}

TEST(ExportModel, IsANoOpTheSecondTime) {
  const std::string clip =
      Write(JoinPath(TestDirectory(), "clip"), ClipConfig());
  ExportModelOptions options = Options(clip, ExportFormat::kOpenAi);
  ASSERT_OK(ExportModel(options));
  ASSERT_OK_AND_ASSIGN(const WorkResult second, ExportModel(options));
  EXPECT_TRUE(second.already_done);
  options.format = ExportFormat::kTorch;
  EXPECT_THAT(ExportModel(options),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("format")));
}

TEST(ExportModel, WritesTheSameBytesEachTime) {
  const std::string clip =
      Write(JoinPath(TestDirectory(), "clip"), ClipConfig());
  for (const ExportFormat format :
       {ExportFormat::kOpenClip, ExportFormat::kOpenAi}) {
    ExportModelOptions options = Options(clip, format);
    ASSERT_OK(ExportModel(options));
    const std::string first = options.run.output;
    options.run.output += "-again";
    ASSERT_OK(ExportModel(options));
    for (const std::string& name : FilesOf(format)) {
      if (!PathExists(JoinPath(first, name))) continue;
      EXPECT_EQ(ReadFile(JoinPath(first, name)).value(),
                ReadFile(JoinPath(options.run.output, name)).value())
          << name;
    }
  }
}

}  // namespace
}  // namespace maskfill
