#include "core/metrics/score_set.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"
#include "tests/support/tiny_model.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

constexpr int64_t kClasses = 5;

ImageClassifier Classifier() {
  Checkpoint checkpoint;
  checkpoint.config = TinyModelConfig(kClasses);
  checkpoint.tensors = TinyModelTensors(checkpoint.config, /*seed=*/1);
  return *ImageClassifier::FromCheckpoint(checkpoint, at::kCPU);
}

// The most likely class of every image of a set.
std::vector<int64_t> Predicted(const RecordSet& images) {
  std::vector<int64_t> classes;
  EXPECT_OK(ScoreSet(Classifier(), images, {},
                     [&classes](const v1::PredictionRecord& prediction) {
                       classes.push_back(prediction.top_classes(0));
                       return absl::OkStatus();
                     }));
  return classes;
}

TEST(ScoreSet, CountsAnyOfAnImagesLabelsAsRight) {
  const std::string dir = TestDirectory();
  const RecordSet plain = WriteTestImages(JoinPath(dir, "plain"));
  const std::vector<int64_t> predicted = Predicted(plain);
  ASSERT_EQ(predicted.size(), 10);
  int64_t right = 0;
  for (int64_t i = 0; i < 10; ++i) right += predicted[i] == i % kClasses;
  ASSERT_LT(right, 10);
  ASSERT_OK_AND_ASSIGN(const AccuracySums sums,
                       ScoreSet(Classifier(), plain, {.batch_size = 3}));
  EXPECT_EQ(sums.top1_right, right);
  const RecordSet several =
      WriteTestImages(JoinPath(dir, "several"), {.other_labels = predicted});
  ASSERT_OK_AND_ASSIGN(const AccuracySums all,
                       ScoreSet(Classifier(), several, {.batch_size = 3}));
  EXPECT_EQ(all.Top1(), 100);
}

TEST(ScoreSet, LeavesOutImagesWithoutAnAllowedLabel) {
  const RecordSet images =
      WriteTestImages(TestDirectory(), {.allowed_classes = {1, 3}});
  ASSERT_OK_AND_ASSIGN(const AccuracySums sums,
                       ScoreSet(Classifier(), images, {}));
  EXPECT_EQ(sums.images, 10);
  EXPECT_EQ(sums.counted, 4);
}

TEST(ScoreSet, AddsUpItsShards) {
  const RecordSet images = WriteTestImages(TestDirectory());
  ASSERT_OK_AND_ASSIGN(const AccuracySums sums,
                       ScoreSet(Classifier(), images, {}));
  AccuracySums parts;
  for (int64_t shard = 0; shard < images.num_shards(); ++shard) {
    ASSERT_OK_AND_ASSIGN(const AccuracySums part,
                         ScoreShard(Classifier(), images, shard, {}));
    parts.Merge(part);
  }
  EXPECT_EQ(parts.images, 10);
  EXPECT_EQ(parts.top1_right, sums.top1_right);
  EXPECT_EQ(parts.loss_sum, sums.loss_sum);
}

TEST(ScoreSet, HasNoAccuracyWhereNothingIsCounted) {
  // Label 4 is the only one allowed, no image has it.
  const RecordSet images = WriteTestImages(
      TestDirectory(),
      {.num_classes = 4, .allowed_classes = {4}, .class_keys = false});
  EXPECT_THAT(ScoreSet(Classifier(), images, {}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("none of its 10 images")));
}

}  // namespace
}  // namespace maskfill
