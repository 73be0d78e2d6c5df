#include "core/training/trainer.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "ATen/Context.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/str_cat.h"
#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "core/training/losses.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/thread_ranks.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_trainer.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

TEST(Trainer, OverfitsOneBatch) {
  TrainerOptions options = TinyTrainerOptions("fd_mask");
  options.beta = 0.1;
  options.schedule.max_learning_rate = 0.02;
  ASSERT_OK_AND_ASSIGN(auto trainer, TinyTrainer(options));
  const ImageBatch batch = RandomBatch(10);
  ASSERT_OK_AND_ASSIGN(const StepResult first, trainer->Step(batch));
  StepResult last;
  for (int i = 0; i < 100; ++i) {
    ASSERT_OK_AND_ASSIGN(last, trainer->Step(batch));
  }
  EXPECT_EQ(trainer->step(), 101);
  EXPECT_LT(last.ce, 0.1 * first.ce);
  EXPECT_EQ(last.accuracy, 1.0);
}

TEST(Trainer, AddsBetaTimesTheDistillation) {
  ASSERT_OK_AND_ASSIGN(auto trainer, TinyTrainer(TinyTrainerOptions("fd")));
  ASSERT_OK_AND_ASSIGN(const StepResult result, trainer->Step(RandomBatch(4)));
  EXPECT_GT(result.distill, 0);
  EXPECT_DOUBLE_EQ(result.total, result.ce + 30 * result.distill);
}

TEST(Trainer, DistilsNothingFromATeacherThatIsTheStudent) {
  const ModelConfig config = TinyModelConfig(kClasses);
  ASSERT_OK_AND_ASSIGN(
      auto trainer,
      Trainer::Create(config, TinyModelTensors(config, /*seed=*/1),
                      TinyTeacher(), at::kCPU, TinyTrainerOptions("fd")));
  ASSERT_OK_AND_ASSIGN(const StepResult result, trainer->Step(RandomBatch(4)));
  EXPECT_NEAR(result.distill, 0, 1e-12);
}

TEST(Trainer, SplitsABatchWithoutChangingTheStep) {
  TrainerOptions options = TinyTrainerOptions("fd_mask");
  options.grad_clip = 0.01;  // clipping must happen once, on the whole
  ASSERT_OK_AND_ASSIGN(auto whole, TinyTrainer(options));
  options.micro_batch_size = 3;  // 3 + 3 + 1
  ASSERT_OK_AND_ASSIGN(auto split, TinyTrainer(options));
  const ImageBatch batch = RandomBatch(7);
  ASSERT_OK_AND_ASSIGN(const StepResult a, whole->Step(batch));
  ASSERT_OK_AND_ASSIGN(const StepResult b, split->Step(batch));
  // Sums in another order.
  EXPECT_NEAR(a.ce, b.ce, 1e-5 * a.ce);
  EXPECT_NEAR(a.distill, b.distill, 1e-5 * a.distill);
  EXPECT_NEAR(a.accuracy, b.accuracy, 1e-6);
  EXPECT_NEAR(a.grad_norm, b.grad_norm, 1e-4 * a.grad_norm);
  const NamedTensors gradients = split->student().parameters();
  for (const auto& [name, parameter] : whole->student().parameters()) {
    const at::Tensor difference =
        parameter.grad().sub(gradients.at(name).grad());
    EXPECT_LT(difference.abs().max().item<double>(), 1e-6) << name;
  }
}

// What each product, norm and sum of a step gives, in parts that add to
// gradients that are there, of pixels and of dropped patches.
TEST(Trainer, RecomputesBitForBit) {
  ImageBatch masked = RandomBatch(7);
  masked.counterfactuals = at::Tensor();
  masked.masked_patches = at::zeros({7, 4}, at::kBool);
  masked.masked_patches.select(1, 2).fill_(true);
  masked.masked_patches.select(0, 5).fill_(false);
  for (const Precision precision : {Precision::kFp32, Precision::kBf16}) {
    for (const ImageBatch& batch : {RandomBatch(7), masked}) {
      TrainerOptions options = TinyTrainerOptions("fd_mask");
      options.precision = precision;
      options.micro_batch_size = 3;
      ASSERT_OK_AND_ASSIGN(auto kept, TinyTrainer(options));
      options.recompute = true;
      ASSERT_OK_AND_ASSIGN(auto recomputed, TinyTrainer(options));
      for (int step = 0; step < 2; ++step) {
        ASSERT_OK_AND_ASSIGN(const StepResult a, kept->Step(batch));
        ASSERT_OK_AND_ASSIGN(const StepResult b, recomputed->Step(batch));
        EXPECT_EQ(a.total, b.total);
        EXPECT_EQ(a.grad_norm, b.grad_norm);
      }
      ExpectSame(recomputed->State().parameters, kept->State().parameters);
      ExpectSame(recomputed->State().exp_avg, kept->State().exp_avg);
    }
  }
}

// Rows [begin, end) of a batch.
ImageBatch Slice(const ImageBatch& batch, int64_t begin, int64_t end) {
  ImageBatch slice;
  slice.images = batch.images.narrow(0, begin, end - begin);
  slice.counterfactuals = batch.counterfactuals.narrow(0, begin, end - begin);
  slice.labels = batch.labels.narrow(0, begin, end - begin);
  return slice;
}

TEST(Trainer, TakesTheSameStepInSeveralRanks) {
  TrainerOptions options = TinyTrainerOptions("fd_mask");
  options.grad_clip = 0.01;  // clipping must happen once, on the whole
  ASSERT_OK_AND_ASSIGN(auto whole, TinyTrainer(options));
  const ImageBatch batch = RandomBatch(7);
  ASSERT_OK_AND_ASSIGN(const StepResult expected, whole->Step(batch));
  const NamedTensors gradients = whole->student().parameters();
  for (const int64_t size : {2, 4}) {
    const std::string rendezvous = absl::StrCat(
        "file:", JoinPath(TestDirectory(), absl::StrCat("meet-", size)));
    RunRanks(size, rendezvous, [&](ProcessGroup& group) {
      TrainerOptions mine = options;
      mine.group = &group;
      mine.global_batch_size = 7;
      mine.micro_batch_size = 2;
      ASSERT_OK_AND_ASSIGN(auto trainer, TinyTrainer(mine));
      const int64_t rank = group.rank();
      ASSERT_OK_AND_ASSIGN(
          const StepResult found,
          trainer->Step(Slice(batch, rank * 7 / size, (rank + 1) * 7 / size)));
      EXPECT_NEAR(found.ce, expected.ce, 1e-5 * expected.ce);
      EXPECT_NEAR(found.distill, expected.distill, 1e-5 * expected.distill);
      EXPECT_NEAR(found.accuracy, expected.accuracy, 1e-6);
      EXPECT_NEAR(found.grad_norm, expected.grad_norm,
                  1e-5 * expected.grad_norm);
      // Sums in another order: 1e-6 of the whole gradient's length.
      double off = 0, length = 0;
      for (const auto& [name, parameter] : trainer->student().parameters()) {
        const at::Tensor& grad = gradients.at(name).grad();
        off += parameter.grad().sub(grad).square().sum().item<double>();
        length += grad.square().sum().item<double>();
      }
      EXPECT_LT(std::sqrt(off), 1e-6 * std::sqrt(length));
    });
  }
}

TEST(Trainer, LeavesAStepThatFailsInAnotherRank) {
  const std::string rendezvous =
      absl::StrCat("file:", JoinPath(TestDirectory(), "meet"));
  RunRanks(2, rendezvous, [](ProcessGroup& group) {
    TrainerOptions options = TinyTrainerOptions("fd_mask");
    options.group = &group;
    ASSERT_OK_AND_ASSIGN(auto trainer, TinyTrainer(options));
    ImageBatch batch;
    batch.images = at::zeros({2, 16, 16, 3}, at::kByte);
    batch.labels = at::zeros({2}, at::kLong);
    if (group.rank() == 0) batch.counterfactuals = batch.images;
    EXPECT_THAT(trainer->Step(batch),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("counterfactual")));
    EXPECT_EQ(trainer->step(), 0);
  });
}

TEST(Trainer, ContinuesFromItsStateBitForBit) {
  const TrainerOptions options = TinyTrainerOptions("fd_mask");
  ASSERT_OK_AND_ASSIGN(auto trainer, TinyTrainer(options));
  const ImageBatch batch = RandomBatch(6);
  ASSERT_OK(trainer->Step(batch).status());
  const LearnerState state = CopyOf(trainer->State());
  ASSERT_OK(trainer->Step(batch).status());

  ASSERT_OK_AND_ASSIGN(auto resumed, TinyTrainer(options));
  ASSERT_OK(resumed->Restore(state));
  EXPECT_EQ(resumed->step(), 1);
  ASSERT_OK(resumed->Step(batch).status());
  const NamedTensors expected = trainer->student().parameters();
  for (const auto& [name, tensor] : resumed->student().parameters()) {
    EXPECT_TRUE(at::equal(tensor, expected.at(name))) << name;
  }
}

TEST(Trainer, LeavesAFrozenBackboneAsItIs) {
  const TrainerOptions options = TinyTrainerOptions("lp");
  ASSERT_OK_AND_ASSIGN(auto trainer, TinyTrainer(options));
  EXPECT_EQ(trainer->num_trained_parameters(), kClasses * 8 + kClasses);
  const NamedTensors before = CloneTensors(trainer->State().parameters);
  ASSERT_OK(trainer->Step(RandomBatch(4)).status());
  const NamedTensors after = trainer->State().parameters;
  EXPECT_TRUE(at::equal(before.at("visual.proj"), after.at("visual.proj")));
  EXPECT_FALSE(
      at::equal(before.at("classifier.weight"), after.at("classifier.weight")));
}

TEST(Trainer, TrainsInBfloat16CloseToSinglePrecision) {
  TrainerOptions options = TinyTrainerOptions("fd_mask");
  ASSERT_OK_AND_ASSIGN(auto exact, TinyTrainer(options));
  options.precision = Precision::kBf16;
  ASSERT_OK_AND_ASSIGN(auto coarse, TinyTrainer(options));
  const ImageBatch batch = RandomBatch(8);
  ASSERT_OK_AND_ASSIGN(const StepResult a, exact->Step(batch));
  ASSERT_OK_AND_ASSIGN(const StepResult b, coarse->Step(batch));
  // bfloat16 keeps 8 bits: 0.4 % per product, less in the mean.
  EXPECT_NEAR(a.ce, b.ce, 0.02 * a.ce);
  EXPECT_NEAR(a.grad_norm, b.grad_norm, 0.05 * a.grad_norm);
  EXPECT_EQ(coarse->student().weight().scalar_type(), at::kFloat);
}

TEST(Trainer, StopsWhenTheLossIsNotFinite) {
  const ModelConfig config = TinyModelConfig(kClasses);
  NamedTensors student = TinyModelTensors(config, /*seed=*/2);
  student.at("visual.proj").fill_(NAN);
  ASSERT_OK_AND_ASSIGN(auto trainer,
                       Trainer::Create(config, student, std::nullopt, at::kCPU,
                                       TinyTrainerOptions("ft")));
  const absl::Status status = trainer->Step(RandomBatch(2)).status();
  EXPECT_TRUE(IsDiverged(status)) << status;
  EXPECT_EQ(ExitCode(status), kExitDiverged);
  EXPECT_EQ(trainer->step(), 0);
}

TEST(Trainer, SeesWeightsThatAnUpdateMadeInfinite) {
  TrainerOptions options = TinyTrainerOptions("ft");
  options.schedule.max_learning_rate = 1e39;
  ASSERT_OK_AND_ASSIGN(auto trainer, TinyTrainer(options));
  EXPECT_OK(trainer->CheckFinite());
  // Loss and gradient, which are those before the update, are fine.
  ASSERT_OK(trainer->Step(RandomBatch(2)).status());
  EXPECT_TRUE(IsDiverged(trainer->CheckFinite()));
}

// The mean of (student's logit - teacher's logit)^2.
at::Tensor OfLogits(const DistillationInputs& inputs) {
  return FeatureDistillation(inputs.student_logits, inputs.teacher_logits);
}

TEST(Trainer, ShowsAnObjectiveTheLogitsThatItAsksFor) {
  const Objective masked = {.name = "logits",
                            .description = "",
                            .needs_teacher = true,
                            .needs_counterfactuals = true,
                            .needs_teacher_head = true,
                            .distillation = &OfLogits};
  const Objective plain = {.name = "logits",
                           .description = "",
                           .needs_teacher = true,
                           .needs_teacher_head = true,
                           .distillation = &OfLogits};
  const ModelConfig config = TinyModelConfig(kClasses);
  const auto classifier = [&config](uint64_t seed) {
    return *ImageClassifier::Create(config, TinyModelTensors(config, seed));
  };
  const ImageBatch batch = RandomBatch(4);
  for (const Objective* objective : {&masked, &plain}) {
    TrainerOptions options = TinyTrainerOptions("ft");
    options.objective = objective;
    EXPECT_THAT(Trainer::Create(config, TinyModelTensors(config, 2),
                                TinyTeacher(), at::kCPU, options),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("a teacher whose head has the 5 rows")));
    ASSERT_OK_AND_ASSIGN(auto trainer,
                         Trainer::Create(config, TinyModelTensors(config, 2),
                                         classifier(1), at::kCPU, options));
    const at::Tensor& seen =
        objective == &masked ? batch.counterfactuals : batch.images;
    const at::Tensor student =
        classifier(2).Logits(classifier(2).Features(seen));
    const at::Tensor teacher =
        classifier(1).Logits(classifier(1).Features(seen));
    const double expected = student.sub(teacher).square().mean().item<double>();
    ASSERT_OK_AND_ASSIGN(const StepResult result, trainer->Step(batch));
    EXPECT_NEAR(result.distill, expected, 1e-5 * expected);
  }
}

TEST(Trainer, RefusesATeacherWithOtherFeatures) {
  ModelConfig other = TinyModelConfig(kClasses);
  other.embed_dim = 6;
  ASSERT_OK_AND_ASSIGN(
      VisionTransformer teacher,
      VisionTransformer::Create(
          other, SelectPrefix(TinyModelTensors(other, 1), "visual.")));
  const ModelConfig config = TinyModelConfig(kClasses);
  EXPECT_THAT(Trainer::Create(config, TinyModelTensors(config, 2), teacher,
                              at::kCPU, TinyTrainerOptions("fd")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("features have 6 values, the student's 8")));
}

TEST(Trainer, RefusesABatchWithoutCounterfactuals) {
  ASSERT_OK_AND_ASSIGN(auto trainer,
                       TinyTrainer(TinyTrainerOptions("fd_mask")));
  ImageBatch batch = RandomBatch(2);
  batch.counterfactuals = at::Tensor();
  EXPECT_THAT(trainer->Step(batch),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("counterfactual")));
}

TEST(Trainer, MeasuresTheTeachersFeatures) {
  TrainerOptions options = TinyTrainerOptions("fd_mask");
  options.micro_batch_size = 2;
  ASSERT_OK_AND_ASSIGN(auto trainer, TinyTrainer(options));
  const ImageBatch batch = RandomBatch(5);
  ASSERT_OK_AND_ASSIGN(const double found, trainer->TeacherMeanSquare(batch));
  const double expected = TinyTeacher()
                              .Encode(batch.counterfactuals)
                              .square()
                              .mean()
                              .item<double>();
  EXPECT_NEAR(found, expected, 1e-5 * expected);
}

TEST(Trainer, DistilsLogitsAtItsTemperature) {
  const ModelConfig config = TinyModelConfig(kClasses);
  const auto classifier = [&config](uint64_t seed) {
    return *ImageClassifier::Create(config, TinyModelTensors(config, seed));
  };
  TrainerOptions options = TinyTrainerOptions("kd");
  options.temperature = 3;
  ASSERT_OK_AND_ASSIGN(auto trainer,
                       Trainer::Create(config, TinyModelTensors(config, 2),
                                       classifier(1), at::kCPU, options));
  const ImageBatch batch = RandomBatch(4);
  const auto probabilities = [&batch](const ImageClassifier& model) {
    return model.Logits(model.Features(batch.images)).div(3).softmax(1);
  };
  const at::Tensor p = probabilities(classifier(1));
  const at::Tensor q = probabilities(classifier(2));
  const double expected =
      p.mul(p.div(q).log()).sum().item<double>() * 3 * 3 / 4;
  ASSERT_OK_AND_ASSIGN(const StepResult found, trainer->Step(batch));
  EXPECT_NEAR(found.distill, expected, 1e-4 * expected);
}

}  // namespace
}  // namespace maskfill
