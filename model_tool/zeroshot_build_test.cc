#include "model_tool/zeroshot_build.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "ATen/core/Tensor.h"
#include "absl/strings/match.h"
#include "core/base/files.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "core/model/checkpoint.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/model_import.h"
#include "model_tool/tiny_clip.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// An imported CLIP, lists of three classes and two templates, and where to
// write.
ZeroshotBuildOptions Prepare() {
  const std::string dir = TestDirectory();
  ImportModelOptions clip;
  clip.source = JoinPath(dir, "clip.safetensors");
  clip.output.dir = JoinPath(dir, "clip");
  EXPECT_OK(MakeRandomClip(TinyClipOptions(), {.path = clip.source}));
  EXPECT_OK(ImportModel(clip));
  ZeroshotBuildOptions options;
  options.checkpoint = clip.output.dir;
  options.class_names = JoinPath(dir, "classes.txt");
  options.templates = JoinPath(dir, "templates.txt");
  EXPECT_OK(WriteFileAtomically(options.class_names, "tabby\nkite\nacorn\n"));
  EXPECT_OK(
      WriteFileAtomically(options.templates, "a photo of a {}.\na {}.\n"));
  options.output.dir = JoinPath(dir, "zeroshot");
  options.progress = ProgressMode::kNone;
  options.num_threads = 1;
  return options;
}

TEST(BuildZeroshot, WritesAnImageClassifier) {
  const ZeroshotBuildOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const ZeroshotBuildStats stats, BuildZeroshot(options));
  EXPECT_TRUE(stats.written);
  EXPECT_EQ(stats.num_classes, 3);
  EXPECT_EQ(stats.num_templates, 2);

  ASSERT_OK_AND_ASSIGN(const Checkpoint clip,
                       LoadCheckpoint(options.checkpoint));
  ASSERT_OK_AND_ASSIGN(const Checkpoint classifier,
                       LoadCheckpoint(options.output.dir));
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
  ZeroshotBuildOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const ZeroshotBuildStats first, BuildZeroshot(options));
  options.summary_json = JoinPath(Dirname(options.output.dir), "summary.json");
  ASSERT_OK_AND_ASSIGN(const ZeroshotBuildStats second, BuildZeroshot(options));
  EXPECT_TRUE(second.already_done);
  EXPECT_FALSE(second.written);
  EXPECT_EQ(second.fingerprint, first.fingerprint);
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(options.summary_json));
  EXPECT_EQ(nlohmann::json::parse(text)["already_done"], true);
}

TEST(BuildZeroshot, RefusesToMixWithOtherClasses) {
  const ZeroshotBuildOptions options = Prepare();
  ASSERT_OK(BuildZeroshot(options));
  ASSERT_OK(WriteFileAtomically(options.class_names, "tabby\nkite\n"));
  EXPECT_THAT(BuildZeroshot(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("class_names")));
}

TEST(BuildZeroshot, RefusesACheckpointWithoutATextTower) {
  ZeroshotBuildOptions options = Prepare();
  ASSERT_OK(BuildZeroshot(options));
  options.checkpoint = options.output.dir;
  options.output.dir += "-again";
  EXPECT_THAT(
      BuildZeroshot(options),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("text tower")));
  EXPECT_FALSE(PathExists(options.output.dir));
}

}  // namespace
}  // namespace maskfill
