#include "core/metrics/score_set.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
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

ImageClassifier Classifier(uint64_t seed = 1) {
  Checkpoint checkpoint;
  checkpoint.config = TinyModelConfig(kClasses);
  checkpoint.tensors = TinyModelTensors(checkpoint.config, seed);
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

// Each as when it is asked alone.
TEST(PredictShard, AsksSeveralClassifiers) {
  const RecordSet images =
      WriteTestImages(TestDirectory(), {.allowed_classes = {0, 1, 3}});
  const std::vector<ImageClassifier> classifiers = {Classifier(1),
                                                    Classifier(2)};
  std::vector<std::vector<std::string>> predictions(2);
  const PredictionContents contents = {.logits = true, .features = true};
  ASSERT_OK(PredictShard(
      classifiers, images, 1, {.batch_size = 2}, contents,
      [&](size_t model, const v1::PredictionRecord& prediction) {
        predictions[model].push_back(prediction.SerializeAsString());
        return absl::OkStatus();
      }));
  for (size_t m = 0; m < 2; ++m) {
    std::vector<std::string> alone;
    ASSERT_OK(PredictShard(
        absl::MakeConstSpan(&classifiers[m], 1), images, 1, {.batch_size = 2},
        contents, [&](size_t, const v1::PredictionRecord& prediction) {
          EXPECT_EQ(prediction.logits().below_largest().size(), 2 * kClasses);
          EXPECT_EQ(prediction.features().values().size(),
                    2 * classifiers[m].config().embed_dim);
          alone.push_back(prediction.SerializeAsString());
          return absl::OkStatus();
        }));
    EXPECT_EQ(predictions[m], alone);
    EXPECT_EQ(alone.size(), 5);
  }
  EXPECT_NE(predictions[0], predictions[1]);
}

TEST(PredictShard, StoresLogitsOnRequestOnly) {
  const RecordSet images = WriteTestImages(TestDirectory());
  const ImageClassifier classifier = Classifier(1);
  ASSERT_OK(PredictShard(absl::MakeConstSpan(&classifier, 1), images, 0, {}, {},
                         [](size_t, const v1::PredictionRecord& prediction) {
                           EXPECT_FALSE(prediction.has_logits());
                           EXPECT_FALSE(prediction.has_features());
                           return absl::OkStatus();
                         }));
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
