#include "feature_tool/feature_tool.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ATen/ops/cat.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/tensor.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "core/base/files.h"
#include "core/data/feature_reader.h"
#include "core/data/image_batches.h"
#include "core/model/checkpoint.h"
#include "core/model/image_classifier.h"
#include "core/record/record_set.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/load_checkpoint.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"
#include "tests/support/tiny_model.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class FeatureStage : public testing::Test {
 protected:
  FeatureStage()
      : dir_(TestDirectory()),
        images_(WriteTestImages(JoinPath(dir_, "images"))) {
    options_.run.input = images_.dir();
    options_.run.output = JoinPath(dir_, "features");
    options_.run.progress = ProgressMode::kNone;
    options_.run.num_threads = 2;
    options_.compute.batch_size = 3;
    options_.checkpoints = {WriteModel("model", 1)};
  }

  std::string WriteModel(const std::string& name, uint64_t seed,
                         float scale = 1, int64_t image_size = 16) {
    ModelConfig config = TinyModelConfig(5);
    config.image_size = image_size;
    Checkpoint model{config, TinyModelTensors(config, seed), ""};
    model.tensors.at("visual.proj").mul_(scale);
    EXPECT_OK(WriteCheckpoint(JoinPath(dir_, name), model));
    return JoinPath(dir_, name);
  }
  std::string FingerprintOf(const std::string& checkpoint) {
    return CheckpointFile::Open(checkpoint)->fingerprint();
  }

  // [images, E] of `checkpoint`, by the classifier, in the same batches.
  at::Tensor Expected(const std::string& checkpoint,
                      std::vector<std::string>* ids) {
    auto loaded = LoadCheckpoint(checkpoint);
    auto classifier = ImageClassifier::FromCheckpoint(*loaded, at::kCPU);
    std::vector<at::Tensor> all;
    for (int64_t shard = 0; shard < images_.num_shards(); ++shard) {
      auto batches = ImageBatches::OfShard(images_, shard,
                                           {.batch_size = 3, .image_size = 16});
      while (true) {
        auto batch = (*batches)->Next();
        if (!batch->has_value()) break;
        all.push_back(classifier->Features((*batch)->images));
        for (const auto& record : (*batch)->records)
          ids->push_back(record.id());
      }
    }
    return at::cat(all);
  }

  std::string ReadShards(const std::string& dir) {
    std::string bytes;
    const auto names = ListDirectory(dir);
    EXPECT_OK(names);
    for (const std::string& name : *names) {
      if (absl::EndsWith(name, ".tfrecord")) {
        bytes += *ReadFile(JoinPath(dir, name));
      }
    }
    return bytes;
  }

  const std::string dir_;
  const RecordSet images_;
  FeatureToolOptions options_;
};

TEST_F(FeatureStage, WritesTheTowersFeaturesOfEveryImageInOrder) {
  ASSERT_OK_AND_ASSIGN(const WorkResult result, FeatureTool(options_));
  EXPECT_TRUE(result.complete);
  std::vector<std::string> ids;
  const at::Tensor expected = Expected(options_.checkpoints[0], &ids);
  ASSERT_EQ(ids.size(), 10u);
  ASSERT_OK_AND_ASSIGN(
      const auto features,
      FeatureReader::Open(options_.run.output, images_,
                          FingerprintOf(options_.checkpoints[0])));
  ASSERT_EQ(features->size(), 10);
  for (int64_t i = 0; i < 10; ++i) {
    ASSERT_OK_AND_ASSIGN(const std::vector<float> found,
                         features->Read(i, ids[static_cast<size_t>(i)], 0));
    EXPECT_TRUE(at::equal(at::tensor(found), expected[i])) << i;
  }
}

TEST_F(FeatureStage, RoundsToHalfPrecision) {
  options_.dtype = FeatureDtype::kFloat16;
  ASSERT_OK(FeatureTool(options_));
  std::vector<std::string> ids;
  const at::Tensor expected =
      Expected(options_.checkpoints[0], &ids).to(at::kHalf).to(at::kFloat);
  ASSERT_OK_AND_ASSIGN(
      const auto features,
      FeatureReader::Open(options_.run.output, images_,
                          FingerprintOf(options_.checkpoints[0])));
  for (int64_t i = 0; i < 10; ++i) {
    ASSERT_OK_AND_ASSIGN(const std::vector<float> found,
                         features->Read(i, ids[static_cast<size_t>(i)], 0));
    EXPECT_TRUE(at::equal(at::tensor(found), expected[i])) << i;
  }
}

TEST_F(FeatureStage, TakesSeveralCheckpointsInOnePass) {
  options_.checkpoints.push_back(WriteModel("other", 2));
  ASSERT_OK(FeatureTool(options_));
  for (const std::string& checkpoint : options_.checkpoints) {
    std::vector<std::string> ids;
    const at::Tensor expected = Expected(checkpoint, &ids);
    ASSERT_OK_AND_ASSIGN(const auto features,
                         FeatureReader::Open(options_.run.output, images_,
                                             FingerprintOf(checkpoint)));
    ASSERT_OK_AND_ASSIGN(const std::vector<float> found,
                         features->Read(7, ids[7], 0));
    EXPECT_TRUE(at::equal(at::tensor(found), expected[7])) << checkpoint;
  }
}

TEST_F(FeatureStage, BytesDependOnNeitherTasksNorThreads) {
  ASSERT_OK(FeatureTool(options_));
  const std::string bytes = ReadShards(options_.run.output);
  EXPECT_FALSE(bytes.empty());
  options_.run.output = JoinPath(dir_, "by-tasks");
  options_.run.num_threads = 1;
  options_.run.task_count = 2;
  for (const int64_t task : {1, 0}) {
    options_.run.task_index = task;
    ASSERT_OK(FeatureTool(options_));
  }
  EXPECT_EQ(ReadShards(options_.run.output), bytes);
}

TEST_F(FeatureStage, RefusesFeaturesThatHalfPrecisionCannotHold) {
  options_.checkpoints = {WriteModel("large", 1, 1e8f)};
  options_.dtype = FeatureDtype::kFloat16;
  EXPECT_THAT(FeatureTool(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("image \"image-"),
                             HasSubstr("is not finite in float16"))));
  options_.dtype = FeatureDtype::kFloat32;
  EXPECT_OK(FeatureTool(options_));
}

TEST_F(FeatureStage, RefusesInputsThatDoNotFit) {
  FeatureToolOptions options = options_;
  options.checkpoints.push_back(WriteModel("larger", 1, 1, 24));
  EXPECT_THAT(
      FeatureTool(options),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("takes 24 px"), HasSubstr("pixels of 16 px"))));
  ASSERT_OK(FeatureTool(options_));
  options = options_;
  options.run.input = options_.run.output;
  options.run.output += "-again";
  EXPECT_THAT(FeatureTool(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("holds maskfill.v1.FeatureRecord, expected")));
}

TEST_F(FeatureStage, AnotherCheckpointInTheSameDirectoryIsRefused) {
  ASSERT_OK(FeatureTool(options_));
  options_.checkpoints = {WriteModel("other", 2)};
  EXPECT_THAT(FeatureTool(options_), StatusIs(absl::StatusCode::kAlreadyExists,
                                              HasSubstr("checkpoint_0")));
}

}  // namespace
}  // namespace maskfill
