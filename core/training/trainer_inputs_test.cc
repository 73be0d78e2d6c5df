// What a step takes besides images and a teacher that stays.
#include <cstdint>
#include <optional>
#include <vector>

#include "ATen/ops/cat.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "core/model/named_tensors.h"
#include "core/model/vision_transformer.h"
#include "core/training/moving_teacher.h"
#include "core/training/trainer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_trainer.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

TrainerOptions MovingOptions(const char* mode, const char* update) {
  TrainerOptions options = TinyTrainerOptions(mode);
  options.teacher_update = *ParseTeacherUpdate(update);
  options.teacher_momentum = 0.75;
  return options;
}

TEST(Trainer, MovesTheTeacherItDistilsFrom) {
  ASSERT_OK_AND_ASSIGN(auto trainer, TinyTrainer(MovingOptions("fd", "ema")));
  const ImageBatch batch = RandomBatch(4);
  const NamedTensors before =
      CloneTensors(AddPrefix(TinyTeacher().parameters(), "visual."));
  ASSERT_OK(trainer->Step(batch).status());
  const LearnerState state = trainer->State();
  EXPECT_EQ(state.teacher.size(), before.size());
  for (const auto& [name, tensor] : before) {
    const at::Tensor expected =
        tensor.mul(0.75).add(state.parameters.at(name), 0.25);
    EXPECT_LT(state.teacher.at(name).sub(expected).abs().max().item<double>(),
              1e-6)
        << name;
  }
  // The next step asks the teacher that has moved.
  ASSERT_OK_AND_ASSIGN(
      const VisionTransformer moved,
      VisionTransformer::Create(TinyModelConfig(kClasses),
                                SelectPrefix(state.teacher, "visual.")));
  const double expected = trainer->student()
                              .Features(batch.images)
                              .sub(moved.Encode(batch.images))
                              .square()
                              .mean()
                              .item<double>();
  ASSERT_OK_AND_ASSIGN(const StepResult second, trainer->Step(batch));
  EXPECT_NEAR(second.distill, expected, 1e-5 * expected);
}

TEST(Trainer, ContinuesWithAMovingTeacherBitForBit) {
  const TrainerOptions options = MovingOptions("fd_mask", "wma");
  ASSERT_OK_AND_ASSIGN(auto trainer, TinyTrainer(options));
  const ImageBatch batch = RandomBatch(6);
  ASSERT_OK(trainer->Step(batch).status());
  const LearnerState state = CopyOf(trainer->State());
  ASSERT_OK(trainer->Step(batch).status());
  ASSERT_OK_AND_ASSIGN(auto resumed, TinyTrainer(options));
  ASSERT_OK(resumed->Restore(state));
  ASSERT_OK(resumed->Step(batch).status());
  ExpectSame(resumed->State().parameters, trainer->State().parameters);
  ExpectSame(resumed->State().teacher, trainer->State().teacher);
  LearnerState without = state;
  without.teacher.clear();
  EXPECT_THAT(resumed->Restore(without), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(Trainer, RefusesAMovingTeacherOfAnotherTower) {
  ModelConfig other = TinyModelConfig(kClasses);
  other.vision.layers = 3;
  ASSERT_OK_AND_ASSIGN(
      VisionTransformer teacher,
      VisionTransformer::Create(
          other, SelectPrefix(TinyModelTensors(other, 1), "visual.")));
  const ModelConfig config = TinyModelConfig(kClasses);
  for (const char* update : {"ema", "wma"}) {
    EXPECT_THAT(Trainer::Create(config, TinyModelTensors(config, 2), teacher,
                                at::kCPU, MovingOptions("fd", update)),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("use --teacher_update=static")));
  }
  EXPECT_OK(Trainer::Create(config, TinyModelTensors(config, 2), teacher,
                            at::kCPU, TinyTrainerOptions("fd")));
}

TEST(Trainer, TakesTheTeachersFeaturesForTheTeacher) {
  for (const char* mode : {"fd", "fd_mask"}) {
    TrainerOptions options = TinyTrainerOptions(mode);
    ASSERT_OK_AND_ASSIGN(auto asking, TinyTrainer(options));
    const ModelConfig config = TinyModelConfig(kClasses);
    ASSERT_OK_AND_ASSIGN(auto knowing,
                         Trainer::Create(config, TinyModelTensors(config, 2),
                                         std::nullopt, at::kCPU, options));
    ImageBatch batch = RandomBatch(7);
    ASSERT_OK_AND_ASSIGN(const StepResult expected, asking->Step(batch));
    EXPECT_THAT(knowing->Step(batch),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("distils from a teacher and has none")));
    batch.features = TinyTeacher().Encode(
        options.objective->needs_counterfactuals ? batch.counterfactuals
                                                 : batch.images);
    ASSERT_OK_AND_ASSIGN(const StepResult found, knowing->Step(batch));
    EXPECT_EQ(found.total, expected.total);
    ExpectSame(knowing->State().parameters, asking->State().parameters);
    batch.features = batch.features.narrow(1, 0, 5);
    EXPECT_THAT(knowing->Step(batch),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("have 5 values, the student's 8")));
  }
}

TEST(Trainer, TrainsTheHeadFromFeaturesAlone) {
  ASSERT_OK_AND_ASSIGN(auto looking, TinyTrainer(TinyTrainerOptions("lp")));
  ASSERT_OK_AND_ASSIGN(auto knowing, TinyTrainer(TinyTrainerOptions("lp")));
  const ImageBatch batch = RandomBatch(6);
  ImageBatch known;
  known.labels = batch.labels;
  known.features = looking->student().Features(batch.images).detach();
  for (int step = 0; step < 3; ++step) {
    ASSERT_OK_AND_ASSIGN(const StepResult expected, looking->Step(batch));
    ASSERT_OK_AND_ASSIGN(const StepResult found, knowing->Step(known));
    EXPECT_EQ(found.total, expected.total);
  }
  ExpectSame(knowing->State().parameters, looking->State().parameters);
  // Of no use where the backbone is trained.
  ASSERT_OK_AND_ASSIGN(auto tuning, TinyTrainer(TinyTrainerOptions("ft")));
  EXPECT_THAT(tuning->Step(known),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("needs images")));
}

// Each image by itself, its attention without the masked keys, and the mean of
// squares as of the reference.
TEST(Trainer, ShowsNeitherModelThePatchesThatAreDropped) {
  ImageBatch batch = RandomBatch(3);
  batch.counterfactuals = at::Tensor();
  // Images keep 4, 2 and 0 of 4 patches; then 2 each.
  for (const std::vector<int64_t>& bits :
       {std::vector<int64_t>{0, 0, 0, 0, 1, 0, 0, 1, 1, 1, 1, 1},
        std::vector<int64_t>{0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 1}}) {
    batch.masked_patches = at::tensor(bits).view({3, 4}).to(at::kBool);
    const auto features = [&batch](const VisionTransformer& tower) {
      std::vector<at::Tensor> all;
      for (int64_t i = 0; i < 3; ++i) {
        const at::Tensor seen =
            at::cat({at::zeros({1}, at::kBool), batch.masked_patches[i]})
                .logical_not()
                .to(at::kFloat);
        EncodeOptions encode;
        encode.on_attention = [&seen](int64_t, const at::Tensor& map) {
          const at::Tensor kept = map.mul(seen);
          return kept.div(kept.sum(-1, /*keepdim=*/true));
        };
        all.push_back(tower.Encode(batch.images.narrow(0, i, 1), encode));
      }
      return at::cat(all);
    };
    ASSERT_OK_AND_ASSIGN(auto trainer,
                         TinyTrainer(TinyTrainerOptions("fd_mask")));
    const double expected = features(trainer->student().backbone())
                                .sub(features(TinyTeacher()))
                                .square()
                                .mean()
                                .item<double>();
    ASSERT_OK_AND_ASSIGN(const StepResult found, trainer->Step(batch));
    EXPECT_NEAR(found.distill, expected, 1e-4 * expected);
  }
}

TEST(Trainer, RefusesDroppedPatchesOfAnotherGrid) {
  ASSERT_OK_AND_ASSIGN(auto trainer,
                       TinyTrainer(TinyTrainerOptions("fd_mask")));
  ImageBatch batch = RandomBatch(2);
  batch.masked_patches = at::zeros({2, 16}, at::kBool);
  EXPECT_THAT(trainer->Step(batch),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("a grid of 16, the student has 4")));
}

}  // namespace
}  // namespace maskfill
