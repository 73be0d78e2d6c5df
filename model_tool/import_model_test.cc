#include "model_tool/import_model.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "core/model/safetensors.h"
#include "core/work/directory.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/weights/hugging_face_keys.h"
#include "tests/support/load_checkpoint.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// A source of random weights in a directory of its own, and where to import.
ImportModelOptions Prepare(const std::string& file = "a.safetensors") {
  const std::string dir = TestDirectory();
  EXPECT_OK(MakeDirectories(JoinPath(dir, "in")));
  ImportModelOptions options;
  options.source = JoinPath(dir, absl::StrCat("in/", file));
  options.run.output = JoinPath(dir, "out");
  WriteTinyClip(options.source);
  return options;
}

TEST(ImportModel, WritesACheckpoint) {
  const ImportModelOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const WorkResult result, ImportModel(options));
  EXPECT_TRUE(result.complete);
  EXPECT_FALSE(result.already_done);
  ASSERT_OK_AND_ASSIGN(const Checkpoint checkpoint,
                       LoadCheckpoint(options.run.output));
  EXPECT_EQ(checkpoint.config.vision.heads, 2);
  EXPECT_EQ(checkpoint.config.activation, Activation::kQuickGelu);
  EXPECT_EQ(checkpoint.tensors.at("visual.proj").scalar_type(), at::kFloat);
  EXPECT_THAT(NoteOf(result.manifest, "source_format"), "safetensors");
  EXPECT_THAT(
      ToText(result, options),
      AllOf(HasSubstr("a.safetensors: CLIP weights, ViT of width 8"),
            ContainsRegex("activation +quick_gelu +the file's metadata\n"),
            HasSubstr(": written, fingerprint ")));
}

TEST(ImportModel, IsANoOpTheSecondTime) {
  const ImportModelOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const WorkResult first, ImportModel(options));
  const std::string provenance = JoinPath(options.run.output, kProvenanceFile);
  ASSERT_OK_AND_ASSIGN(const std::string before, ReadFile(provenance));
  ASSERT_OK_AND_ASSIGN(const WorkResult second, ImportModel(options));
  EXPECT_TRUE(second.already_done);
  EXPECT_EQ(second.manifest.fingerprint(), first.manifest.fingerprint());
  EXPECT_THAT(ReadFile(provenance), IsOkAndHolds(before));
}

TEST(ImportModel, RefusesToMixWithOtherWork) {
  ImportModelOptions options = Prepare();
  ASSERT_OK(ImportModel(options));
  options.weights.activation = Activation::kGelu;
  EXPECT_THAT(ImportModel(options), StatusIs(absl::StatusCode::kAlreadyExists,
                                             HasSubstr("activation")));
  options.run.overwrite = true;
  ASSERT_OK_AND_ASSIGN(const WorkResult result, ImportModel(options));
  EXPECT_FALSE(result.already_done);
  EXPECT_THAT(LoadCheckpoint(options.run.output).value().config.activation,
              Activation::kGelu);
  EXPECT_THAT(NoteOf(result.manifest, "remarks"),
              HasSubstr("overrides quick_gelu"));
}

TEST(ImportModel, NeverGivesUpADirectoryThatIsNoCheckpoint) {
  ImportModelOptions options = Prepare();
  options.run.overwrite = true;
  const std::string mine = JoinPath(options.run.output, "mine.txt");
  ASSERT_OK(MakeDirectories(options.run.output));
  ASSERT_OK(WriteFileAtomically(mine, "mine"));
  EXPECT_THAT(ImportModel(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr("mine.txt")));
  EXPECT_THAT(ReadFile(mine), IsOkAndHolds("mine"));
}

TEST(ImportModel, RefusesToWriteOverItsSource) {
  ImportModelOptions options = Prepare();
  options.run.overwrite = true;
  for (const std::string& output : {options.source, Dirname(options.source)}) {
    options.run.output = output;
    EXPECT_THAT(ImportModel(options),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("the input source")));
  }
  EXPECT_TRUE(PathExists(options.source));
}

TEST(ImportModel, TakesAFolderAsPeopleTypeIt) {
  ImportModelOptions options = Prepare();
  options.run.output += "/";
  ASSERT_OK_AND_ASSIGN(const WorkResult first, ImportModel(options));
  EXPECT_OK(LoadCheckpoint(options.run.output));
  options.run.output += ".";
  ASSERT_OK_AND_ASSIGN(const WorkResult second, ImportModel(options));
  EXPECT_TRUE(second.already_done);
}

TEST(ImportModel, WritesIntoTheFolderThatALinkNames) {
  ImportModelOptions options = Prepare();
  const std::string folder = options.run.output;
  options.run.output += "-link";
  ASSERT_OK(MakeDirectories(folder));
  ASSERT_EQ(symlink(folder.c_str(), options.run.output.c_str()), 0);
  ASSERT_OK(ImportModel(options));
  struct stat info;
  ASSERT_EQ(lstat(options.run.output.c_str(), &info), 0);
  EXPECT_TRUE(S_ISLNK(info.st_mode));
  EXPECT_OK(LoadCheckpoint(folder));
}

TEST(ImportModel, CompletesACheckpointThatLostAFile) {
  const ImportModelOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const WorkResult first, ImportModel(options));
  ASSERT_OK(RemoveFile(JoinPath(options.run.output, kConfigFile)));
  ASSERT_OK_AND_ASSIGN(const WorkResult second, ImportModel(options));
  EXPECT_FALSE(second.already_done);
  EXPECT_EQ(second.manifest.fingerprint(), first.manifest.fingerprint());
  EXPECT_OK(LoadCheckpoint(options.run.output));
}

TEST(ImportModel, WritesADamagedCheckpointAgain) {
  const ImportModelOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const WorkResult first, ImportModel(options));
  const std::string weights = JoinPath(options.run.output, kModelFile);
  ASSERT_OK_AND_ASSIGN(const std::string intact, ReadFile(weights));
  ASSERT_OK(WriteFileAtomically(weights, intact.substr(0, 1000)));
  ASSERT_OK_AND_ASSIGN(const WorkResult second, ImportModel(options));
  EXPECT_FALSE(second.already_done);
  EXPECT_TRUE(ReadFile(weights).value() == intact);
}

TEST(ImportModel, WritesNothingInADryRun) {
  ImportModelOptions options = Prepare();
  const std::string dir = Dirname(options.run.output);
  options.run.dry_run = true;
  options.run.summary_json = JoinPath(dir, "summary.json");
  ASSERT_OK_AND_ASSIGN(const WorkResult result, ImportModel(options));
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(ToText(result, options), "");
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(ElementsAre("in")));
}

TEST(ImportModel, AsksForTheActivationOrReadsTheConfiguration) {
  ImportModelOptions options = Prepare();
  options.weights.heads = 2;
  options.weights.text_heads = 2;
  ASSERT_OK(WriteSafetensors(options.source, TinyClipTensors()));
  EXPECT_THAT(ImportModel(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr("--activation")));
  ASSERT_OK(WriteFileAtomically(
      JoinPath(Dirname(options.source), "open_clip_config.json"),
      R"({"model_cfg": {"vision_cfg": {"width": 8, "head_width": 4}}})"));
  ASSERT_OK(ImportModel(options));
  EXPECT_EQ(LoadCheckpoint(options.run.output).value().config.activation,
            Activation::kGelu);
}

TEST(ImportModel, FindsTheWeightsInADirectory) {
  ImportModelOptions options = Prepare("open_clip_model.safetensors");
  options.source = Dirname(options.source);
  ASSERT_OK_AND_ASSIGN(const WorkResult result, ImportModel(options));
  EXPECT_THAT(NoteOf(result.manifest, "source_file"),
              "open_clip_model.safetensors");
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
  EXPECT_FALSE(PathExists(options.run.output));
}

TEST(ImportModel, NamesWhatIsMissingAsTheFileWould) {
  const ImportModelOptions options = Prepare();
  ASSERT_OK_AND_ASSIGN(const NamedTensors there,
                       ToHuggingFaceNames(TinyClipTensors()));
  for (const std::string missing :
       {"vision_model.encoder.layers.1.layer_norm2.weight",
        "vision_model.post_layernorm.bias",
        "vision_model.embeddings.position_embedding.weight",
        "text_model.final_layer_norm.weight",
        "text_model.encoder.layers.0.self_attn.v_proj.bias"}) {
    NamedTensors tensors;
    for (const auto& [name, tensor] : there) {
      if (name != missing) tensors[name] = tensor.contiguous();
    }
    ASSERT_EQ(tensors.size() + 1, there.size()) << missing;
    ASSERT_OK(WriteSafetensors(
        options.source, tensors,
        {{"activation", "gelu"}, {"heads", "2"}, {"text_heads", "2"}}));
    EXPECT_THAT(ImportModel(options),
                StatusIs(absl::StatusCode::kDataLoss,
                         HasSubstr("\"" + missing + "\" is missing")));
  }
}

TEST(ImportModel, WritesItsSummary) {
  ImportModelOptions options = Prepare();
  options.run.summary_json =
      JoinPath(Dirname(options.run.output), "new/s.json");
  ASSERT_OK(ImportModel(options));
  EXPECT_THAT(ReadFile(options.run.summary_json),
              IsOkAndHolds(HasSubstr("\"tool\": \"import_model\"")));
}

}  // namespace
}  // namespace maskfill
