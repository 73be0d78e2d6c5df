#include "spurious_shapes/pretrain/pretrainer.h"

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/allclose.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/tensor.h"
#include "absl/strings/match.h"
#include "core/base/exit_code.h"
#include "core/model/checkpoint.h"
#include "core/text/bpe_tokenizer.h"
#include "core/training/training_state.h"
#include "gtest/gtest.h"
#include "spurious_shapes/pretrain/captions.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

const CompactVocabulary& Vocabulary() {
  static const auto* const vocabulary = new CompactVocabulary(
      CompactVocabulary::Create(AllCaptions(), 16).value());
  return *vocabulary;
}

ModelConfig TinyConfig() {
  ModelConfig config;
  config.embed_dim = 8;
  config.vision = {.width = 16, .heads = 2, .layers = 2, .mlp_width = 32};
  config.image_size = 16;
  config.patch_size = 8;
  config.text = {.width = 8, .heads = 2, .layers = 2, .mlp_width = 16};
  config.context_length = 16;
  config.vocab_size = Vocabulary().full_size();
  return config;
}

PretrainerOptions TinyOptions() {
  PretrainerOptions options;
  options.seed = 5;
  options.batch_size = 20;
  options.images_per_pass = 8;
  options.schedule = {.max_learning_rate = 3e-3,
                      .warmup_steps = 2,
                      .decay_steps = 2,
                      .joint_steps = 200};
  return options;
}

std::unique_ptr<Pretrainer> Make(const PretrainerOptions& options) {
  return Pretrainer::Create(TinyConfig(), Vocabulary(), at::kCPU, options)
      .value();
}

void ExpectEqual(const NamedTensors& a, const NamedTensors& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) {
    EXPECT_TRUE(at::equal(tensor, b.at(name))) << name;
  }
}

TEST(Pretrainer, GivesTheSameGradientsForAnyNumberOfReplicas) {
  PretrainerOptions options = TinyOptions();
  const CaptionedBatch batch = SampleCaptionedBatch(1, 0, 20, {});
  const auto one = Make(options);
  ASSERT_OK_AND_ASSIGN(const double loss, one->ComputeGradients(batch));
  for (const int replicas : {2, 3}) {
    options.num_replicas = replicas;
    const auto several = Make(options);
    ASSERT_OK_AND_ASSIGN(const double same, several->ComputeGradients(batch));
    EXPECT_NEAR(loss, same, 1e-6);
    const NamedTensors expected = one->Gradients();
    for (const auto& [name, gradient] : several->Gradients()) {
      // Sums of single precision in another order: what a gradient's elements
      // may differ by depends on its largest terms, not on each element.
      const at::Tensor& reference = expected.at(name);
      EXPECT_LE(gradient.sub(reference).abs().max().item<float>(),
                1e-4 * reference.abs().max().item<float>())
          << name;
      EXPECT_GT(gradient.abs().max().item<float>(), 0) << name;
    }
  }
}

TEST(Pretrainer, ContinuesFromAFileBitForBit) {
  PretrainerOptions options = TinyOptions();
  options.num_replicas = 2;
  const auto uninterrupted = Make(options);
  const auto stopped = Make(options);
  for (int i = 0; i < 6; ++i) {
    ASSERT_OK(uninterrupted->Step().status());
    if (i >= 3) continue;
    ASSERT_OK(stopped->Step().status());
  }
  const std::string dir = TestDirectory();
  ASSERT_OK(SaveTrainingState(
      dir, {.learner = stopped->State(), .fingerprint = "f"}, /*keep=*/1));

  const auto resumed = Make(options);
  ASSERT_OK_AND_ASSIGN(const std::optional<TrainingState> state,
                       LoadNewestTrainingState(dir, "f"));
  ASSERT_TRUE(state.has_value());
  ASSERT_OK(resumed->Restore(state->learner));
  EXPECT_EQ(resumed->step(), 3);
  for (int i = 3; i < 6; ++i) ASSERT_OK(resumed->Step().status());
  ExpectEqual(resumed->State().parameters, uninterrupted->State().parameters);
  ExpectEqual(resumed->State().exp_avg_sq, uninterrupted->State().exp_avg_sq);
}

TEST(Pretrainer, RefusesTheStateOfAnotherModel) {
  const auto pretrainer = Make(TinyOptions());
  LearnerState state = pretrainer->State();
  state.exp_avg.erase("logit_scale");
  EXPECT_THAT(pretrainer->Restore(state),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(Pretrainer, SaysThatItDivergedAndChangesNothing) {
  const auto pretrainer = Make(TinyOptions());
  LearnerState state = pretrainer->State();
  state.parameters = CloneTensors(state.parameters);
  state.parameters.at("visual.proj")
      .fill_(std::numeric_limits<float>::infinity());
  ASSERT_OK(pretrainer->Restore(state));
  EXPECT_TRUE(IsDiverged(pretrainer->CheckFinite()));
  EXPECT_TRUE(IsDiverged(pretrainer->Step().status()));
  EXPECT_EQ(pretrainer->step(), 0);
}

TEST(Pretrainer, OverfitsOneBatch) {
  PretrainerOptions options = TinyOptions();
  options.num_replicas = 2;
  const auto pretrainer = Make(options);
  // 10 pictures of 10 shapes; captions tell the shapes and more apart.
  const CaptionedBatch batch = SampleCaptionedBatch(1, 0, 10, {});
  ASSERT_OK_AND_ASSIGN(const PretrainStepResult first,
                       pretrainer->StepOn(batch));
  double loss = first.loss;
  for (int i = 0; i < 150; ++i) {
    ASSERT_OK_AND_ASSIGN(const PretrainStepResult result,
                         pretrainer->StepOn(batch));
    loss = result.loss;
  }
  // Ten guesses: log 10 = 2.3.
  EXPECT_GT(first.loss, 1.5);
  EXPECT_LT(loss, 0.2);
}

TEST(Pretrainer, DecaysMatricesAlone) {
  PretrainerOptions options = TinyOptions();
  options.schedule = {.max_learning_rate = 1e-3,
                      .warmup_steps = 0,
                      .decay_steps = 0,
                      .joint_steps = 10};
  const auto plain = [&](double decay) {
    options.weight_decay = decay;
    options.text_learning_rate_factor = 1;
    auto pretrainer = Make(options);
    EXPECT_OK(pretrainer->Step().status());
    return CloneTensors(pretrainer->State().parameters);
  };
  const NamedTensors without = plain(0);
  const NamedTensors start = CloneTensors(Make(options)->State().parameters);
  for (const auto& [name, tensor] : plain(0.5)) {
    const double decay = tensor.dim() >= 2 ? 1e-3 * 0.5 : 0;
    EXPECT_TRUE(at::allclose(
        tensor, without.at(name).sub(start.at(name), decay), 1e-5, 1e-7))
        << name;
  }
}

TEST(Pretrainer, LeavesTheTextTowerAloneWhileItIsFrozen) {
  PretrainerOptions options = TinyOptions();
  options.text_frozen_steps = 2;
  const auto pretrainer = Make(options);
  const NamedTensors start = CloneTensors(pretrainer->State().parameters);
  for (const bool frozen : {true, true, false}) {
    ASSERT_OK(pretrainer->Step().status());
    const NamedTensors now = pretrainer->State().parameters;
    for (const char* name : {"token_embedding.weight", "text_projection"}) {
      EXPECT_EQ(at::equal(now.at(name), start.at(name)), frozen) << name;
    }
    EXPECT_FALSE(at::equal(now.at("visual.proj"), start.at("visual.proj")));
  }
}

TEST(Pretrainer, TrainsTheTextTowerAloneInTheEnd) {
  PretrainerOptions options = TinyOptions();
  options.schedule.warmup_steps = 0;
  options.schedule.joint_steps = 1;
  options.schedule.text_only_steps = 2;
  const auto pretrainer = Make(options);
  ASSERT_OK(pretrainer->Step().status());
  const NamedTensors joint = CloneTensors(pretrainer->State().parameters);
  ASSERT_OK(pretrainer->Step().status());
  ASSERT_OK(pretrainer->Step().status());
  for (const auto& [name, tensor] : pretrainer->State().parameters) {
    const bool is_text =
        !absl::StartsWith(name, "visual.") && name != "logit_scale";
    EXPECT_EQ(at::equal(tensor, joint.at(name)), !is_text) << name;
  }
}

TEST(Pretrainer, WritesWeightsThatGiveItsFeaturesWithTheWholeVocabulary) {
  const auto pretrainer = Make(TinyOptions());
  ASSERT_OK(pretrainer->Step().status());
  const NamedTensors weights = pretrainer->Weights();
  EXPECT_OK(CheckTensors(TinyConfig(), weights));
  const std::string caption = "a photo of a red heart on plaid.";
  ASSERT_OK_AND_ASSIGN(const auto tokenizer, BpeTokenizer::Create());
  ASSERT_OK_AND_ASSIGN(const std::vector<int32_t> row,
                       tokenizer->Tokenize(caption, {16, false}));
  ASSERT_OK_AND_ASSIGN(const TextTransformer text,
                       TextTransformer::Create(TinyConfig(), weights));
  at::NoGradGuard no_grad;
  const at::Tensor tokens =
      at::tensor(at::ArrayRef<int32_t>(row), at::kInt).view({1, -1});
  const at::Tensor feature = text.Encode(tokens);
  ASSERT_OK_AND_ASSIGN(const at::Tensor own,
                       pretrainer->TextFeatures({caption}));
  EXPECT_TRUE(at::allclose(feature.div(feature.norm()), own, 1e-5, 1e-6));
}

}  // namespace
}  // namespace maskfill
