// What open_clip, transformers and torch write, through import_model: our
// features are theirs. What ftfy makes of a text, RepairText makes of it.
// Skipped where those are not installed.

#include <filesystem>
#include <string>

#include "ATen/core/Tensor.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/from_blob.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/image/decode.h"
#include "core/model/checkpoint.h"
#include "core/model/safetensors.h"
#include "core/model/vision_transformer.h"
#include "core/text/text_repair.h"
#include "core/text/text_transformer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/import_model.h"
#include "nlohmann/json.hpp"
#include "tests/support/program.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

// write_weights.py's code for a library that is not installed.
constexpr int kNotInstalled = 77;

// Lets write_weights.py write `kind` in `dir`; false where it cannot.
bool Write(const std::string& kind, const std::string& dir) {
  // Where Bazel's link to it leads: the working tree.
  const std::filesystem::path script =
      std::filesystem::canonical("tests/libraries/write_weights.py");
  const std::string python =
      script.parent_path().parent_path().parent_path() / ".venv/bin/python";
  if (!PathExists(python)) return false;
  ProgramOptions run;
  run.working_directory = dir;
  run.environment = {{"HF_HUB_OFFLINE", "1"}};
  const ProgramResult result = RunProgram({python, script, kind}, run);
  if (result.exit_code == kNotInstalled) return false;
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  return true;
}

// Relative to the largest value: float32 sums in another order.
void ExpectNear(const at::Tensor& found, const at::Tensor& expected) {
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LE(found.sub(expected).abs().max().item<double>(),
            1e-5 * expected.abs().max().item<double>());
}

void ExpectFeatures(const Checkpoint& checkpoint, const std::string& dir) {
  const at::NoGradGuard no_grad;
  ASSERT_OK_AND_ASSIGN(const SafetensorsFile file,
                       ReadSafetensors(JoinPath(dir, "expected.safetensors")));
  ASSERT_OK_AND_ASSIGN(const std::string png,
                       ReadFile(JoinPath(dir, "image.png")));
  ASSERT_OK_AND_ASSIGN(Image image, DecodeImage(png));
  const at::Tensor pixels = at::from_blob(
      image.pixels.data(), {1, image.height, image.width, 3}, at::kByte);
  ASSERT_OK_AND_ASSIGN(
      const VisionTransformer vision,
      VisionTransformer::Create(checkpoint.config,
                                SelectPrefix(checkpoint.tensors, "visual.")));
  ExpectNear(vision.Encode(pixels), file.tensors.at("image_features"));
  ASSERT_EQ(checkpoint.config.has_text(), file.tensors.count("tokens") == 1);
  if (!checkpoint.config.has_text()) return;
  ASSERT_OK_AND_ASSIGN(
      const TextTransformer text,
      TextTransformer::Create(checkpoint.config, checkpoint.tensors));
  ExpectNear(text.Encode(file.tensors.at("tokens")),
             file.tensors.at("text_features"));
}

class Import : public testing::TestWithParam<const char*> {};

TEST_P(Import, GivesTheLibrarysFeatures) {
  const std::string kind = GetParam();
  const std::string dir = TestDirectory();
  if (!Write(kind, dir)) GTEST_SKIP() << "the library is not installed";
  ImportModelOptions options;
  options.run.output = JoinPath(dir, "checkpoint");
  options.source = JoinPath(dir, "weights");
  if (absl::StartsWith(kind, "torch_")) {
    // Bare weights do not tell these.
    options.source = JoinPath(options.source, "model.pt");
    options.weights.activation = Activation::kGelu;
    options.weights.heads = 4;
    options.weights.text_heads = 2;
  }
  ASSERT_OK(ImportModel(options));
  ASSERT_OK_AND_ASSIGN(const CheckpointFile file,
                       CheckpointFile::Open(options.run.output));
  ASSERT_OK_AND_ASSIGN(const Checkpoint checkpoint, file.Load());
  ExpectFeatures(checkpoint, dir);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Import,
    testing::Values("transformers", "transformers_sharded",
                    "transformers_pickled", "transformers_vision", "open_clip",
                    "torch_zip", "torch_defaultdict", "torch_training"),
    [](const auto& info) { return std::string(info.param); });

TEST(ImportOfOldFiles, SaysHowToConvertThem) {
  const std::string dir = TestDirectory();
  if (!Write("torch_legacy", dir)) GTEST_SKIP() << "torch is not installed";
  ImportModelOptions options;
  options.run.output = JoinPath(dir, "checkpoint");
  options.source = JoinPath(dir, "weights/model.pt");
  EXPECT_THAT(ImportModel(options),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("torch.save(")));
}

TEST(RepairTextLikeFtfy, GivesTheSameLines) {
  const std::string dir = TestDirectory();
  if (!Write("ftfy", dir)) GTEST_SKIP() << "ftfy is not installed";
  ASSERT_OK_AND_ASSIGN(const std::string json,
                       ReadFile(JoinPath(dir, "weights/lines.json")));
  const auto lines = nlohmann::json::parse(json);
  ASSERT_GE(lines.size(), 10);
  for (const auto& line : lines) {
    EXPECT_EQ(RepairText(line[0].get<std::string>()),
              line[1].get<std::string>())
        << line[0];
  }
}

}  // namespace
}  // namespace maskfill
