// A trainer of the tiny model, for tests.
#ifndef MASKFILL_TESTS_SUPPORT_TINY_TRAINER_H_
#define MASKFILL_TESTS_SUPPORT_TINY_TRAINER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "ATen/Parallel.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/randint.h"
#include "absl/status/statusor.h"
#include "core/data/image_batches.h"
#include "core/model/named_tensors.h"
#include "core/model/vision_transformer.h"
#include "core/training/trainer.h"
#include "gtest/gtest.h"
#include "tests/support/tiny_model.h"

namespace maskfill {

inline constexpr int64_t kClasses = 5;

// `n` random images and counterfactuals that have nothing to do with them.
inline ImageBatch RandomBatch(int64_t n) {
  at::manual_seed(7);
  ImageBatch batch;
  batch.images = at::randint(0, 256, {n, 16, 16, 3}, at::kByte);
  batch.counterfactuals = at::randint(0, 256, {n, 16, 16, 3}, at::kByte);
  batch.labels = at::arange(n, at::kLong).remainder(kClasses);
  return batch;
}

// Other weights than the student's.
inline VisionTransformer TinyTeacher() {
  const ModelConfig config = TinyModelConfig(kClasses);
  return *VisionTransformer::Create(
      config, SelectPrefix(TinyModelTensors(config, /*seed=*/1), "visual."));
}

// Of a tiny student, with that teacher where the objective has one.
inline absl::StatusOr<std::unique_ptr<Trainer>> TinyTrainer(
    TrainerOptions options) {
  // Tensors of a few hundred values: a second thread only waits.
  at::set_num_threads(1);
  const ModelConfig config = TinyModelConfig(kClasses);
  std::optional<VisionTransformer> teacher;
  if (options.objective->needs_teacher) teacher = TinyTeacher();
  return Trainer::Create(config, TinyModelTensors(config, /*seed=*/2),
                         std::move(teacher), at::kCPU, options);
}

// A constant learning rate.
inline TrainerOptions TinyTrainerOptions(const char* mode) {
  TrainerOptions options;
  options.objective = *ParseObjective(mode);
  options.schedule = {.kind = ScheduleKind::kConstant,
                      .max_learning_rate = 1e-3,
                      .total_steps = 100};
  return options;
}

// Deep copies of a learner's state.
inline LearnerState CopyOf(const LearnerState& state) {
  return {.step = state.step,
          .parameters = CloneTensors(state.parameters),
          .exp_avg = CloneTensors(state.exp_avg),
          .exp_avg_sq = CloneTensors(state.exp_avg_sq),
          .teacher = CloneTensors(state.teacher)};
}

// Bit for bit.
inline void ExpectSame(const NamedTensors& found,
                       const NamedTensors& expected) {
  EXPECT_EQ(found.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    EXPECT_TRUE(at::equal(found.at(name), tensor)) << name;
  }
}

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TINY_TRAINER_H_
