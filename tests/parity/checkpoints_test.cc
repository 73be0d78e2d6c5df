// One CLIP in several file formats: all must become the same checkpoint.

#include <string>
#include <vector>

#include "ATen/ops/equal.h"
#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "core/model/safetensors.h"
#include "core/work/work.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/import_model.h"
#include "tests/support/golden_directory.h"
#include "tests/support/load_checkpoint.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::Contains;
using ::testing::Pair;

class CheckpointParity : public testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(golden_, GoldenDirectory()); }

  absl::StatusOr<Checkpoint> Import(const std::string& file) {
    ImportModelOptions options;
    options.source = JoinPath(golden_, file);
    options.run.output = JoinPath(TestDirectory(), file);
    options.weights.activation = Activation::kQuickGelu;
    ASSIGN_OR_RETURN(const WorkResult result, ImportModel(options));
    entry_ = result.manifest;
    return LoadCheckpoint(options.run.output);
  }

  std::string golden_;
  v1::Manifest entry_;  // of the last import
};

struct ClipFile {
  std::string name;  // of the test
  std::string file;
  std::string format;
};

// The repository's own goldens have one file; what is absent from a directory
// that the environment names is a failure.
std::vector<ClipFile> ClipFiles() {
  std::vector<ClipFile> files = {
      {"Safetensors", "clip-openai-keys.safetensors", "safetensors"}};
  const auto golden = GoldenDirectory();
  if (golden.ok() && *golden == kOwnGoldens) return files;
  files.push_back({"TorchScript", "clip-openai-torchscript.pt", "torchscript"});
  files.push_back({"PickledStateDict", "clip-pickled-state-dict.pt", "pickle"});
  files.push_back(
      {"TrainingCheckpointOfOpenClip", "clip-open-clip-epoch.pt", "pickle"});
  return files;
}

class ClipFileParity : public CheckpointParity,
                       public testing::WithParamInterface<ClipFile> {};

// It becomes the tensors of clip-openai-keys.safetensors as float32.
TEST_P(ClipFileParity, GivesTheSameModel) {
  ASSERT_OK_AND_ASSIGN(
      const SafetensorsFile expected,
      ReadSafetensors(JoinPath(golden_, "clip-openai-keys.safetensors")));
  ASSERT_OK_AND_ASSIGN(const Checkpoint checkpoint, Import(GetParam().file));
  EXPECT_EQ(NoteOf(entry_, "source_format"), GetParam().format);
  ASSERT_EQ(checkpoint.tensors.size(), expected.tensors.size());
  for (const auto& [name, tensor] : expected.tensors) {
    ASSERT_EQ(checkpoint.tensors.count(name), 1u) << name;
    const at::Tensor& found = checkpoint.tensors.at(name);
    EXPECT_EQ(found.scalar_type(), at::kFloat) << name;
    EXPECT_TRUE(at::equal(found, tensor.to(at::kFloat).view_as(found))) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, ClipFileParity, testing::ValuesIn(ClipFiles()),
                         [](const testing::TestParamInfo<ClipFile>& info) {
                           return info.param.name;
                         });

TEST_F(CheckpointParity, ReadsTheReferencesClassifier) {
  ASSERT_OK_AND_ASSIGN(
      const SafetensorsFile student,
      ReadSafetensors(JoinPath(golden_, "student-init.safetensors")));
  ASSERT_OK_AND_ASSIGN(const Checkpoint checkpoint,
                       Import("student-init.safetensors"));
  EXPECT_FALSE(checkpoint.config.has_text());
  EXPECT_EQ(checkpoint.config.num_classes,
            student.tensors.at("classifier.bias").size(0));
  for (const auto& [name, tensor] :
       SelectPrefix(student.tensors, "backbone.")) {
    EXPECT_TRUE(at::equal(checkpoint.tensors.at("visual." + name), tensor))
        << name;
  }
  EXPECT_TRUE(at::equal(checkpoint.tensors.at("classifier.weight"),
                        student.tensors.at("classifier.weight")));
}

}  // namespace
}  // namespace maskfill
