#include "model_tool/model_import.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "core/model/checkpoint.h"
#include "core/model/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

// A source of random weights in a directory of its own, and where to import.
ImportModelOptions Prepare(const std::string& file = "a.safetensors") {
  const std::string dir = TestDirectory();
  EXPECT_OK(MakeDirectories(JoinPath(dir, "in")));
  ImportModelOptions options;
  options.source = JoinPath(dir, absl::StrCat("in/", file));
  options.output.dir = JoinPath(dir, "out");
  EXPECT_OK(MakeRandomClip(TinyClipOptions(), {.path = options.source}));
  return options;
}

TEST(ImportModel, WritesACheckpoint) {
  const ImportModelOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const ImportModelStats stats, ImportModel(options));
  EXPECT_TRUE(stats.written);
  ASSERT_OK_AND_ASSIGN(const Checkpoint checkpoint,
                       LoadCheckpoint(options.output.dir));
  EXPECT_EQ(checkpoint.config.vision.heads, 2);
  EXPECT_EQ(checkpoint.config.activation, Activation::kQuickGelu);
  EXPECT_EQ(checkpoint.tensors.at("visual.proj").scalar_type(), at::kFloat);
  EXPECT_EQ(checkpoint.provenance.tool(), "import_model");
  EXPECT_THAT(checkpoint.provenance.notes(),
              Contains(Pair("source_format", "safetensors")));
}

TEST(ImportModel, IsANoOpTheSecondTime) {
  const ImportModelOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const ImportModelStats first, ImportModel(options));
  const std::string provenance = JoinPath(options.output.dir, kProvenanceFile);
  ASSERT_OK_AND_ASSIGN(const std::string before, ReadFile(provenance));
  ASSERT_OK_AND_ASSIGN(const ImportModelStats second, ImportModel(options));
  EXPECT_TRUE(second.already_done);
  EXPECT_EQ(second.fingerprint, first.fingerprint);
  EXPECT_THAT(ReadFile(provenance), IsOkAndHolds(before));
}

TEST(ImportModel, RefusesToMixWithOtherWork) {
  ImportModelOptions options = Prepare();
  ASSERT_OK(ImportModel(options));
  options.activation = Activation::kGelu;
  EXPECT_THAT(ImportModel(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("option activation=gelu")));
  options.output.overwrite = true;
  ASSERT_OK_AND_ASSIGN(const ImportModelStats stats, ImportModel(options));
  EXPECT_TRUE(stats.written);
  EXPECT_EQ(stats.config.activation, Activation::kGelu);
  EXPECT_THAT(stats.notes, Contains(HasSubstr("overrides quick_gelu")));
}

TEST(ImportModel, NeverGivesUpADirectoryThatIsNoCheckpoint) {
  ImportModelOptions options = Prepare();
  options.output.dir = Dirname(options.source);
  options.output.overwrite = true;
  EXPECT_THAT(ImportModel(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("holds other files")));
  EXPECT_TRUE(PathExists(options.source));
}

TEST(ImportModel, CompletesACheckpointThatLostAFile) {
  const ImportModelOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const ImportModelStats first, ImportModel(options));
  ASSERT_OK(RemoveFile(JoinPath(options.output.dir, kConfigFile)));
  ASSERT_OK_AND_ASSIGN(const ImportModelStats second, ImportModel(options));
  EXPECT_TRUE(second.written);
  EXPECT_EQ(second.fingerprint, first.fingerprint);
  EXPECT_OK(LoadCheckpoint(options.output.dir));
}

TEST(ImportModel, WritesADamagedCheckpointAgain) {
  const ImportModelOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const ImportModelStats first, ImportModel(options));
  const std::string weights = JoinPath(options.output.dir, kModelFile);
  ASSERT_OK_AND_ASSIGN(const std::string intact, ReadFile(weights));
  ASSERT_OK(WriteFileAtomically(weights, intact.substr(0, 1000)));
  ASSERT_OK_AND_ASSIGN(const ImportModelStats second, ImportModel(options));
  EXPECT_TRUE(second.written);
  EXPECT_TRUE(ReadFile(weights).value() == intact);
}

TEST(ImportModel, WritesNothingInADryRun) {
  ImportModelOptions options = Prepare();
  options.output.dry_run = true;
  ASSERT_OK_AND_ASSIGN(const ImportModelStats stats, ImportModel(options));
  EXPECT_FALSE(stats.written);
  EXPECT_GT(stats.parameters, 0);
  EXPECT_FALSE(PathExists(options.output.dir));
}

TEST(ImportModel, AsksForTheActivationOrReadsTheConfiguration) {
  ImportModelOptions options = Prepare();
  options.heads = 2;
  options.text_heads = 2;
  ASSERT_OK(WriteSafetensors(options.source, TinyClipTensors()));
  EXPECT_THAT(ImportModel(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr("--activation")));
  ASSERT_OK(WriteFileAtomically(
      JoinPath(Dirname(options.source), "open_clip_config.json"),
      R"({"model_cfg": {"vision_cfg": {"width": 8, "head_width": 4}}})"));
  ASSERT_OK_AND_ASSIGN(const ImportModelStats stats, ImportModel(options));
  EXPECT_EQ(stats.config.activation, Activation::kGelu);
}

TEST(ImportModel, FindsTheWeightsInADirectory) {
  ImportModelOptions options = Prepare("open_clip_model.safetensors");
  options.source = Dirname(options.source);
  ASSERT_OK_AND_ASSIGN(const ImportModelStats stats, ImportModel(options));
  EXPECT_THAT(stats.source_file, HasSubstr("open_clip_model.safetensors"));
}

TEST(ImportModel, NamesTheCandidatesOfAnUnclearDirectory) {
  ImportModelOptions options = Prepare("a.safetensors");
  options.source = Dirname(options.source);
  ASSERT_OK(WriteFileAtomically(JoinPath(options.source, "b.pt"), "x"));
  EXPECT_THAT(ImportModel(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr("a.safetensors, b.pt")));
  options.source = JoinPath(options.source, "absent");
  EXPECT_THAT(ImportModel(options), StatusIs(absl::StatusCode::kNotFound));
}

TEST(ImportModel, RefusesWeightsOfAnotherShapeThanTheirLayers) {
  const ImportModelOptions options = Prepare();
  NamedTensors tensors = TinyClipTensors();
  tensors.erase("visual.ln_post.bias");
  ASSERT_OK(WriteSafetensors(
      options.source, tensors,
      {{"activation", "gelu"}, {"heads", "2"}, {"text_heads", "2"}}));
  EXPECT_THAT(ImportModel(options),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("\"visual.ln_post.bias\" is missing")));
  EXPECT_FALSE(PathExists(options.output.dir));
}

TEST(ImportModel, WritesItsSummary) {
  ImportModelOptions options = Prepare();
  options.summary_json = JoinPath(Dirname(options.output.dir), "s.json");
  ASSERT_OK(ImportModel(options));
  EXPECT_THAT(ReadFile(options.summary_json),
              IsOkAndHolds(HasSubstr("\"tool\": \"import_model\"")));
}

}  // namespace
}  // namespace maskfill
