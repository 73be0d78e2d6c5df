// Steps that contrast images with prompts: both towers and the temperature.

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ATen/ops/arange.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/tensor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/model/vision_transformer.h"
#include "core/text/text_transformer.h"
#include "core/training/trainer.h"
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

ModelConfig TextConfig() {
  ModelConfig config = TinyModelConfig(kClasses);
  config.text = {.width = 16, .heads = 2, .layers = 2, .mlp_width = 32};
  config.context_length = 6;
  config.vocab_size = 12;
  return config;
}

NamedTensors Student() { return TinyModelTensors(TextConfig(), /*seed=*/2); }

// Eight texts of one to four words.
at::Tensor Tokens() {
  return at::tensor({10, 1, 11, 0, 0,  0, 10, 2, 3,  11, 0, 0,   //
                     10, 4, 5,  6, 11, 0, 10, 7, 8,  9,  1, 11,  //
                     10, 2, 11, 0, 0,  0, 10, 3, 4,  11, 0, 0,   //
                     10, 5, 6,  7, 11, 0, 10, 8, 11, 0,  0, 0},
                    at::kInt)
      .view({8, 6});
}

// Two classes have two images, and two texts are those of two images.
ImageBatch BatchOfSeven() {
  ImageBatch batch = RandomBatch(7);
  batch.prompts = at::tensor({0, 3, 3, 5, 1, 0, 7}, at::kLong);
  return batch;
}

TrainerOptions Options() {
  TrainerOptions options = TinyTrainerOptions("flyp");
  options.prompts = Tokens();
  options.grad_clip = 0;
  return options;
}

absl::StatusOr<std::unique_ptr<Trainer>> TextTrainer(
    const TrainerOptions& options) {
  at::set_num_threads(1);
  return Trainer::Create(TextConfig(), Student(), std::nullopt, at::kCPU,
                         options);
}

// The gradients of a trainer's first step, as its first moments have them.
NamedTensors Gradients(const Trainer& trainer, const StepResult& result) {
  NamedTensors gradients;
  for (const auto& [name, moment] : trainer.State().exp_avg) {
    gradients[name] = moment.div(1 - result.beta1);
  }
  return gradients;
}

double Length(const NamedTensors& tensors) {
  double squares = 0;
  for (const auto& [name, tensor] : tensors) {
    squares += tensor.square().sum().item<double>();
  }
  return std::sqrt(squares);
}

// Up to `share` of the whole gradient's length.
void ExpectSameGradients(const NamedTensors& found,
                         const NamedTensors& expected, double share) {
  ASSERT_EQ(found.size(), expected.size());
  NamedTensors off;
  for (const auto& [name, tensor] : expected) {
    off[name] = found.at(name).sub(tensor);
  }
  EXPECT_LT(Length(off), share * Length(expected));
}

TEST(TextTrainer, TakesTheStepOfFlypsDefinition) {
  const ModelConfig config = TextConfig();
  const ImageBatch batch = BatchOfSeven();
  // The definition, text by text: logits of unit features, each image's own
  // text among those of all images and each text's own image among all.
  NamedTensors leaves;
  for (const auto& [name, tensor] : Student()) {
    if (absl::StartsWith(name, "classifier.")) continue;
    leaves[name] = tensor.clone().requires_grad_();
  }
  ASSERT_OK_AND_ASSIGN(
      const VisionTransformer vision,
      VisionTransformer::Create(config, SelectPrefix(leaves, "visual.")));
  ASSERT_OK_AND_ASSIGN(const TextTransformer text,
                       TextTransformer::Create(config, leaves));
  std::vector<at::Tensor> texts;
  for (int64_t i = 0; i < 7; ++i) {
    const int64_t row = batch.prompts[i].item<int64_t>();
    texts.push_back(text.Encode(Tokens().narrow(0, row, 1)));
  }
  const auto unit = [](const at::Tensor& x) {
    return x.div(x.square().sum(1, /*keepdim=*/true).sqrt());
  };
  const at::Tensor logits = unit(vision.Encode(batch.images))
                                .matmul(unit(at::cat(texts)).t())
                                .mul(leaves.at("logit_scale").exp());
  const at::Tensor own = logits.diagonal();
  const at::Tensor of_images = logits.exp().sum(1).log().sub(own).mean();
  const at::Tensor of_texts = logits.exp().sum(0).log().sub(own).mean();
  const at::Tensor loss = of_images.add(of_texts).div(2);
  loss.backward();
  NamedTensors expected;
  for (const auto& [name, tensor] : leaves) expected[name] = tensor.grad();

  ASSERT_OK_AND_ASSIGN(auto trainer, TextTrainer(Options()));
  ASSERT_OK_AND_ASSIGN(const StepResult result, trainer->Step(batch));
  EXPECT_NEAR(result.ce, loss.item<double>(), 1e-5);
  EXPECT_EQ(result.total, result.ce);
  EXPECT_EQ(result.distill, 0);
  EXPECT_NEAR(result.grad_norm, Length(expected), 1e-5 * Length(expected));
  const NamedTensors found = Gradients(*trainer, result);
  ExpectSameGradients(found, expected, 1e-5);
  // Each tensor by itself too: a tower's may be small beside the other's.
  for (const auto& [name, tensor] : expected) {
    const double largest = tensor.abs().max().item<double>();
    EXPECT_LT(found.at(name).sub(tensor).abs().max().item<double>(),
              1e-4 * largest + 1e-7)
        << name;
  }
  // Right is who is nearest to a text of its class, which label i % 5 says.
  const at::Tensor nearest = logits.argmax(1);
  double right = 0;
  for (int64_t i = 0; i < 7; ++i) {
    right += nearest[i].item<int64_t>() % kClasses == i % kClasses;
  }
  EXPECT_NEAR(result.accuracy, right / 7, 1e-6);
  // Both towers have moved, and the temperature.
  const NamedTensors after = trainer->State().parameters;
  for (const char* name :
       {"visual.proj", "visual.conv1.weight", "text_projection",
        "transformer.resblocks.0.ln_1"
        ".weight",
        "logit_scale"}) {
    EXPECT_FALSE(at::equal(after.at(name), leaves.at(name))) << name;
  }
}

TEST(TextTrainer, SplitsABatchWithoutChangingTheStep) {
  ASSERT_OK_AND_ASSIGN(auto whole, TextTrainer(Options()));
  ASSERT_OK_AND_ASSIGN(const StepResult expected, whole->Step(BatchOfSeven()));
  TrainerOptions options = Options();
  options.micro_batch_size = 3;  // 3 + 3 + 1
  ASSERT_OK_AND_ASSIGN(auto split, TextTrainer(options));
  ASSERT_OK_AND_ASSIGN(const StepResult found, split->Step(BatchOfSeven()));
  // Sums in another order.
  EXPECT_NEAR(found.ce, expected.ce, 1e-5 * expected.ce);
  EXPECT_NEAR(found.accuracy, expected.accuracy, 1e-6);
  ExpectSameGradients(Gradients(*split, found), Gradients(*whole, expected),
                      1e-5);
}

TEST(TextTrainer, RecomputesBitForBit) {
  for (const int64_t micro_batch_size : {0, 3}) {
    TrainerOptions options = Options();
    options.micro_batch_size = micro_batch_size;
    ASSERT_OK_AND_ASSIGN(auto kept, TextTrainer(options));
    options.recompute = true;
    ASSERT_OK_AND_ASSIGN(auto recomputed, TextTrainer(options));
    ASSERT_OK(kept->Step(BatchOfSeven()).status());
    ASSERT_OK(recomputed->Step(BatchOfSeven()).status());
    ExpectSame(recomputed->State().parameters, kept->State().parameters);
    ExpectSame(recomputed->State().exp_avg, kept->State().exp_avg);
  }
}

TEST(TextTrainer, TakesTheSameStepInSeveralRanks) {
  ASSERT_OK_AND_ASSIGN(auto whole, TextTrainer(Options()));
  const ImageBatch batch = BatchOfSeven();
  ASSERT_OK_AND_ASSIGN(const StepResult expected, whole->Step(batch));
  const NamedTensors gradients = Gradients(*whole, expected);
  for (const int64_t size : {2, 4}) {
    const std::string rendezvous = absl::StrCat(
        "file:", JoinPath(TestDirectory(), absl::StrCat("meet-", size)));
    RunRanks(size, rendezvous, [&](ProcessGroup& group) {
      TrainerOptions options = Options();
      options.group = &group;
      options.global_batch_size = 7;
      // Two parts, the larger slices of two ranks; else one.
      options.micro_batch_size = 2;
      ASSERT_OK_AND_ASSIGN(auto trainer, TextTrainer(options));
      const int64_t begin = group.rank() * 7 / size;
      const int64_t rows = (group.rank() + 1) * 7 / size - begin;
      ImageBatch slice;
      slice.images = batch.images.narrow(0, begin, rows);
      slice.labels = batch.labels.narrow(0, begin, rows);
      slice.prompts = batch.prompts.narrow(0, begin, rows);
      ASSERT_OK_AND_ASSIGN(const StepResult found, trainer->Step(slice));
      EXPECT_NEAR(found.ce, expected.ce, 1e-5 * expected.ce);
      EXPECT_NEAR(found.accuracy, expected.accuracy, 1e-6);
      EXPECT_NEAR(found.grad_norm, expected.grad_norm,
                  1e-5 * expected.grad_norm);
      ExpectSameGradients(Gradients(*trainer, found), gradients, 1e-5);
    });
  }
}

TEST(TextTrainer, LeavesAStepThatFailsInAnotherRank) {
  const std::string rendezvous =
      absl::StrCat("file:", JoinPath(TestDirectory(), "meet"));
  RunRanks(2, rendezvous, [](ProcessGroup& group) {
    TrainerOptions options = Options();
    options.group = &group;
    options.global_batch_size = 14;
    ASSERT_OK_AND_ASSIGN(auto trainer, TextTrainer(options));
    ImageBatch batch = BatchOfSeven();
    if (group.rank() == 1) batch.prompts = at::Tensor();
    EXPECT_THAT(trainer->Step(batch),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("a prompt for each image")));
    EXPECT_EQ(trainer->step(), 0);
  });
}

TEST(TextTrainer, OverfitsOneBatch) {
  TrainerOptions options = Options();
  options.schedule.max_learning_rate = 0.01;
  ASSERT_OK_AND_ASSIGN(auto trainer, TextTrainer(options));
  ImageBatch batch = RandomBatch(5);
  batch.prompts = at::arange(5, at::kLong);
  ASSERT_OK_AND_ASSIGN(const StepResult first, trainer->Step(batch));
  StepResult last;
  for (int i = 0; i < 150; ++i) {
    ASSERT_OK_AND_ASSIGN(last, trainer->Step(batch));
  }
  EXPECT_LT(last.ce, 0.1 * first.ce);
  EXPECT_EQ(last.accuracy, 1.0);
}

TEST(TextTrainer, ContinuesFromItsStateBitForBit) {
  const ImageBatch batch = BatchOfSeven();
  ASSERT_OK_AND_ASSIGN(auto trainer, TextTrainer(Options()));
  ASSERT_OK(trainer->Step(batch).status());
  const LearnerState state = CopyOf(trainer->State());
  ASSERT_OK(trainer->Step(batch).status());

  ASSERT_OK_AND_ASSIGN(auto resumed, TextTrainer(Options()));
  ASSERT_OK(resumed->Restore(state));
  ASSERT_OK(resumed->Step(batch).status());
  ExpectSame(resumed->State().parameters, trainer->State().parameters);
  ExpectSame(resumed->State().exp_avg_sq, trainer->State().exp_avg_sq);
}

TEST(TextTrainer, HasEverythingInItsStateButTheHead) {
  ASSERT_OK_AND_ASSIGN(auto trainer, TextTrainer(Options()));
  const NamedTensors state = trainer->State().parameters;
  int64_t parameters = 0;
  for (const auto& [name, shape] : ExpectedShapes(TextConfig())) {
    const bool is_head = absl::StartsWith(name, "classifier.");
    EXPECT_EQ(state.count(name), is_head ? 0 : 1) << name;
    if (!is_head) parameters += state.at(name).numel();
  }
  EXPECT_EQ(trainer->num_trained_parameters(), parameters);
}

TEST(TextTrainer, TrainsInBfloat16CloseToSinglePrecision) {
  ASSERT_OK_AND_ASSIGN(auto exact, TextTrainer(Options()));
  TrainerOptions options = Options();
  options.precision = Precision::kBf16;
  ASSERT_OK_AND_ASSIGN(auto coarse, TextTrainer(options));
  ASSERT_OK_AND_ASSIGN(const StepResult a, exact->Step(BatchOfSeven()));
  ASSERT_OK_AND_ASSIGN(const StepResult b, coarse->Step(BatchOfSeven()));
  // bfloat16 keeps 8 bits: 0.4 % per product, less in the mean.
  EXPECT_NEAR(a.ce, b.ce, 0.02 * a.ce);
  EXPECT_NE(a.ce, b.ce);
}

TEST(TextTrainer, NeedsATextTower) {
  const ModelConfig config = TinyModelConfig(kClasses);
  EXPECT_THAT(Trainer::Create(config, TinyModelTensors(config, 2), std::nullopt,
                              at::kCPU, Options()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("no text tower")));
}

}  // namespace
}  // namespace maskfill
