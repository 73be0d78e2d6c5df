#include "tests/support/pipeline.h"

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "glog/logging.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

std::string NameOf(const std::string& flag) {
  return flag.substr(0, flag.find('='));
}

}  // namespace

std::vector<Stage> PipelineStages() {
  const std::string photos =
      std::filesystem::absolute("examples/photos").string();
  const std::string templates =
      std::filesystem::absolute("examples/templates.txt").string();
  const std::vector<std::string> train = {
      "train/train",  "--input=records",       "--checkpoint=zeroshot",
      "--epochs=2",   "--global_batch_size=8", "--learning_rate=1e-4",
      "--device=cpu", "--num_threads=1",       "--checkpoint_every_steps=1"};
  std::vector<std::string> ft = train, mask_fill = train;
  ft.insert(ft.end(), {"--mode=ft", "--output=ft"});
  mask_fill.insert(mask_fill.end(),
                   {"--mode=fd_mask", "--teacher=zeroshot",
                    "--counterfactuals=cf", "--output=mask_fill"});
  return {
      {"ingest",
       {"ingest/ingest", "--layout=imagenet", "--source=" + photos,
        "--split=train", "--name=photos", "--pixels=preprocessed",
        "--image_size=64", "--num_shards=3", "--output=records"},
       "records"},
      {"make_random_clip",
       {"model_tool/make_random_clip", "--image_size=64", "--patch_size=16",
        "--width=64", "--layers=3", "--text_width=64", "--text_layers=2",
        "--embed_dim=32", "--seed=1", "--output=clip.safetensors"},
       "clip.safetensors"},
      {"import_model",
       {"model_tool/import_model", "--source=clip.safetensors",
        "--output=clip"},
       "clip"},
      {"build_zeroshot",
       {"model_tool/build_zeroshot", "--checkpoint=clip",
        "--class_names=imagenet", "--templates=" + templates, "--device=cpu",
        "--output=zeroshot"},
       "zeroshot"},
      {"cam_tool",
       {"cam_tool/cam_tool", "--input=records", "--checkpoint=zeroshot",
        "--batch_size=4", "--device=cpu", "--output=cams"},
       "cams"},
      {"mask_tool",
       {"mask_tool/mask_tool", "--input=records", "--cams=cams",
        "--mask=object", "--threshold=0.3", "--fill=single", "--output=cf"},
       "cf"},
      {"train_ft", ft, "ft"},
      {"train_fd_mask", mask_fill, "mask_fill"},
      {"merge_models",
       {"model_tool/merge_models", "--checkpoints=zeroshot,ft/last",
        "--method=wise_ft", "--alpha=0.5", "--output=wise_ft"},
       "wise_ft"},
      {"eval",
       {"eval/eval", "--checkpoint=mask_fill/last", "--inputs=records",
        "--device=cpu", "--batch_size=8", "--output=eval.json"},
       "eval.json"},
  };
}

Stage StageNamed(const std::string& name) {
  for (Stage& stage : PipelineStages()) {
    if (stage.name == name) return stage;
  }
  LOG(FATAL) << "no stage " << name;
}

Stage WithFlag(Stage stage, const std::string& flag) {
  stage = WithoutFlag(std::move(stage), NameOf(flag));
  stage.argv.push_back(flag);
  return stage;
}

Stage WithoutFlag(Stage stage, const std::string& name) {
  std::erase_if(stage.argv, [&](const std::string& argument) {
    return NameOf(argument) == name;
  });
  return stage;
}

ProgramResult RunStage(const Stage& stage, const std::string& dir,
                       ProgramOptions options) {
  options.working_directory = dir;
  return RunProgram(stage.argv, options);
}

const std::string& FinishedPipeline() {
  static const std::string* const finished = [] {
    const char* root = std::getenv("TEST_TMPDIR");
    auto* dir =
        new std::string(JoinPath(root != nullptr ? root : "/tmp", "finished"));
    CHECK(RemoveTree(*dir).ok());
    CHECK(MakeDirectories(*dir).ok());
    for (const Stage& stage : PipelineStages()) {
      const ProgramResult result = RunStage(stage, *dir);
      CHECK_EQ(result.exit_code, 0) << stage.name << ":\n" << result.err;
    }
    return dir;
  }();
  return *finished;
}

std::string CopyOfPipeline(const std::vector<std::string>& without) {
  const std::string dir = TestDirectory();
  std::filesystem::copy(FinishedPipeline(), dir,
                        std::filesystem::copy_options::recursive |
                            std::filesystem::copy_options::overwrite_existing);
  for (const std::string& output : without) {
    CHECK(RemoveTree(JoinPath(dir, output)).ok());
  }
  return dir;
}

std::map<std::string, std::string> OutputFiles(const std::string& path) {
  std::map<std::string, std::string> files;
  if (IsDirectory(path)) {
    files = ReadTree(path);
  } else {
    files[""] = ReadFile(path).value();
  }
  for (auto it = files.begin(); it != files.end();) {
    // metrics.jsonl holds images per second, as TensorBoard's events do, and
    // eval's report its seconds.
    const bool timed = absl::StrContains(it->first, "metrics.jsonl") ||
                       absl::StrContains(it->first, "tfevents") ||
                       absl::StrContains(path, "eval.json");
    it = timed ? files.erase(it) : std::next(it);
  }
  return files;
}

void ExpectSameFiles(const std::map<std::string, std::string>& found,
                     const std::map<std::string, std::string>& expected) {
  for (const auto& [name, bytes] : expected) {
    ASSERT_TRUE(found.count(name)) << name << " is missing";
    // Not EXPECT_EQ, which would print a megabyte.
    EXPECT_TRUE(found.at(name) == bytes) << name << " differs";
  }
  for (const auto& [name, bytes] : found) {
    EXPECT_TRUE(expected.count(name)) << name << " should not be there";
  }
}

}  // namespace maskfill
