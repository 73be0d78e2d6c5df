#include "model_tool/build_zeroshot.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "ATen/core/Tensor.h"
#include "absl/strings/match.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "core/work/work.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/import_model.h"
#include "nlohmann/json.hpp"
#include "tests/support/load_checkpoint.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// An imported CLIP, lists of three classes and two templates, and where to
// write.
BuildZeroshotOptions Prepare() {
  const std::string dir = TestDirectory();
  ImportModelOptions clip;
  clip.source = JoinPath(dir, "clip.safetensors");
  clip.run.output = JoinPath(dir, "clip");
  WriteTinyClip(clip.source);
  EXPECT_OK(ImportModel(clip));
  BuildZeroshotOptions options;
  options.checkpoint = clip.run.output;
  options.class_names = JoinPath(dir, "classes.txt");
  options.templates = JoinPath(dir, "templates.txt");
  EXPECT_OK(WriteFileAtomically(options.class_names, "tabby\nkite\nacorn\n"));
  EXPECT_OK(
      WriteFileAtomically(options.templates, "a photo of a {}.\na {}.\n"));
  options.run.output = JoinPath(dir, "zeroshot");
  options.run.progress = ProgressMode::kNone;
  options.run.num_threads = 1;
  return options;
}

TEST(BuildZeroshot, WritesAnImageClassifier) {
  const BuildZeroshotOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const WorkResult result, BuildZeroshot(options));
  EXPECT_TRUE(result.complete);
  EXPECT_THAT(ToText(result, options),
              HasSubstr("head of 3 classes from 2 templates, written"));

  ASSERT_OK_AND_ASSIGN(const Checkpoint clip,
                       LoadCheckpoint(options.checkpoint));
  ASSERT_OK_AND_ASSIGN(const Checkpoint classifier,
                       LoadCheckpoint(options.run.output));
  EXPECT_EQ(classifier.config.num_classes, 3);
  EXPECT_THAT(classifier.config.class_names,
              ElementsAre("tabby", "kite", "acorn"));
  const at::Tensor& weight = classifier.tensors.at("classifier.weight");
  EXPECT_THAT(weight.sizes(), ElementsAre(3, clip.config.embed_dim));
  // Every row is the direction of a class times the temperature.
  const double temperature =
      std::exp(clip.tensors.at("logit_scale").item<double>());
  const at::Tensor lengths = weight.norm(2, 1);
  for (int64_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(lengths[k].item<double>(), temperature, 1e-5 * temperature);
  }
  EXPECT_EQ(classifier.tensors.at("classifier.bias").abs().sum().item<float>(),
            0);
  for (const auto& [name, tensor] : classifier.tensors) {
    if (absl::StartsWith(name, "classifier.")) continue;
    EXPECT_TRUE(absl::StartsWith(name, "visual.") || name == "logit_scale")
        << name;
    EXPECT_TRUE(tensor.equal(clip.tensors.at(name))) << name;
  }
}

TEST(BuildZeroshot, IsANoOpTheSecondTime) {
  BuildZeroshotOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const WorkResult first, BuildZeroshot(options));
  options.run.summary_json =
      JoinPath(Dirname(options.run.output), "summary.json");
  ASSERT_OK_AND_ASSIGN(const WorkResult second, BuildZeroshot(options));
  EXPECT_TRUE(second.already_done);
  EXPECT_EQ(second.manifest.fingerprint(), first.manifest.fingerprint());
  ASSERT_OK_AND_ASSIGN(const std::string text,
                       ReadFile(options.run.summary_json));
  EXPECT_EQ(nlohmann::json::parse(text)["already_done"], true);
}

TEST(BuildZeroshot, NotesEqualNames) {
  const BuildZeroshotOptions options = Prepare();
  ASSERT_OK(WriteFileAtomically(options.class_names, "crane\nkite\nCrane\n"));
  ASSERT_OK_AND_ASSIGN(const WorkResult result, BuildZeroshot(options));
  EXPECT_EQ(NoteOf(result.manifest, "equal_names"),
            "\"crane\" in rows 0 and 2");
  EXPECT_THAT(ToText(result, options),
              HasSubstr("equal class names, which no image can be told apart "
                        "by: \"crane\" in rows 0 and 2\n"));
}

TEST(BuildZeroshot, TakesEachClassesOwnPrompts) {
  const BuildZeroshotOptions options = Prepare();
  ASSERT_OK(WriteFileAtomically(
      options.templates,
      R"({"tabby": ["A cat."], "kite": ["A bird.", "It flies."], "acorn": []})"));
  EXPECT_THAT(BuildZeroshot(options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("class \"acorn\": has no entries")));
  ASSERT_OK(WriteFileAtomically(
      options.templates,
      R"({"tabby": ["A cat."], "kite": ["A bird."], "acorn": ["A nut."]})"));
  ASSERT_OK_AND_ASSIGN(const WorkResult result, BuildZeroshot(options));
  EXPECT_THAT(ToText(result, options),
              HasSubstr("head of 3 classes from each class's own prompts"));
}

TEST(BuildZeroshot, RefusesToMixWithOtherClasses) {
  const BuildZeroshotOptions options = Prepare();
  ASSERT_OK(BuildZeroshot(options));
  ASSERT_OK(WriteFileAtomically(options.class_names, "tabby\nkite\n"));
  EXPECT_THAT(BuildZeroshot(options), StatusIs(absl::StatusCode::kAlreadyExists,
                                               HasSubstr("class_names")));
}

TEST(BuildZeroshot, RefusesACheckpointWithoutATextTower) {
  BuildZeroshotOptions options = Prepare();
  ASSERT_OK(BuildZeroshot(options));
  options.checkpoint = options.run.output;
  options.run.output += "-again";
  EXPECT_THAT(
      BuildZeroshot(options),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("text tower")));
  EXPECT_FALSE(PathExists(options.run.output));
}

TEST(BuildZeroshot, NeverWritesOverItsCheckpoint) {
  BuildZeroshotOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const Checkpoint before,
                       LoadCheckpoint(options.checkpoint));
  options.run.output = options.checkpoint + "/";
  options.run.overwrite = true;
  EXPECT_THAT(BuildZeroshot(options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("the input checkpoint")));
  ASSERT_OK_AND_ASSIGN(const Checkpoint after,
                       LoadCheckpoint(options.checkpoint));
  EXPECT_EQ(after.fingerprint, before.fingerprint);
}

TEST(BuildZeroshot, NamesADamagedTensor) {
  BuildZeroshotOptions options = Prepare();
  const std::string path = JoinPath(options.checkpoint, kModelFile);
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(path));
  bytes.back() ^= 1;
  ASSERT_OK(WriteFileAtomically(path, bytes));
  EXPECT_THAT(BuildZeroshot(options),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is damaged")));
  EXPECT_FALSE(PathExists(options.run.output));
}

}  // namespace
}  // namespace maskfill
