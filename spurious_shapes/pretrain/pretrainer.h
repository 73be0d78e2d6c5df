// Steps of contrastive pre-training on pictures drawn on the fly.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAINER_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAINER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/model/vision_transformer.h"
#include "core/text/text_transformer.h"
#include "core/training/adamw.h"
#include "core/training/flat_parameters.h"
#include "core/training/learner.h"
#include "spurious_shapes/pretrain/captioned_batch.h"
#include "spurious_shapes/pretrain/compact_vocabulary.h"
#include "spurious_shapes/pretrain/pretrain_schedule.h"
#include "spurious_shapes/pretrain/replica_pool.h"
#include "spurious_shapes/renderer.h"

namespace maskfill {

struct PretrainerOptions {
  uint64_t seed = 0;             // of weights, batches and pictures
  int64_t batch_size = 128;      // pictures of a step
  int num_replicas = 1;          // threads; changes rounding alone
  int64_t images_per_pass = 32;  // of a replica; changes rounding alone
  // Of the text-only steps; in the joint steps captions are exact. So words
  // become imprecise, and features do not.
  CaptionOptions captions;
  PretrainSchedule schedule;
  // The text tower starts with all words spread apart (WhitenedProjection)
  // and stays as it is for so many steps, and takes the schedule's learning
  // rate times the factor in the other joint steps. Otherwise it learns to
  // ignore the words that the image tower cannot see yet (shape, background)
  // before it can, and both stay blind for long.
  int64_t text_frozen_steps = 0;
  double text_learning_rate_factor = 0.1;
  double beta1 = 0.9;
  double beta2 = 0.98;
  double weight_decay = 0.05;  // of matrices and embeddings only
  double grad_clip = 1;        // greatest global L2 norm; 0: no clipping
};

// Of one step, before its update.
struct PretrainStepResult {
  double loss = 0;
  double grad_norm = 0;  // before clipping
  double learning_rate = 0;
  double logit_scale = 0;  // its exponential: the factor of cosines
};

// Data-parallel: each replica draws and encodes its own part of the pictures
// and captions on its own thread with its own copy of the weights; the loss
// sees all features; each replica goes backward through its part; gradients
// are summed in the order of replicas. With equal options the same machine
// gives the same bits, resumed or not. For one caller at a time.
//
//   ASSIGN_OR_RETURN(auto pretrainer, Pretrainer::Create(config, vocabulary,
//                                                        device, options));
//   ASSIGN_OR_RETURN(PretrainStepResult result, pretrainer->Step());
class Pretrainer : public Learner {
 public:
  // `config` has CLIP's whole vocabulary; `vocabulary` the part that is
  // trained. InvalidArgument for sizes that make no sense.
  static absl::StatusOr<std::unique_ptr<Pretrainer>> Create(
      const ModelConfig& config, CompactVocabulary vocabulary,
      at::Device device, const PretrainerOptions& options);

  // Batch, gradients and update of step number step(). DivergedError, with
  // nothing changed, when loss or gradient are not finite.
  absl::StatusOr<PretrainStepResult> Step();
  // The same for a given batch.
  absl::StatusOr<PretrainStepResult> StepOn(const CaptionedBatch& batch);

  // The loss of `batch`; its gradients are gradients() afterwards.
  absl::StatusOr<double> ComputeGradients(const CaptionedBatch& batch);
  NamedTensors Gradients() const;

  // L2-normalised features without gradients, one row per item: pixels [N, S,
  // S, 3] uint8 and captions of the vocabulary.
  absl::StatusOr<at::Tensor> ImageFeatures(const at::Tensor& pixels);
  absl::StatusOr<at::Tensor> TextFeatures(
      const std::vector<std::string>& captions);

  LearnerState State() const override;
  absl::Status Restore(const LearnerState& state) override;
  absl::Status CheckFinite() const override;

  // A copy of all tensors of a checkpoint with `config`, float32 on the CPU.
  NamedTensors Weights() const;

  int64_t step() const override { return adamw_->step(); }
  const ModelConfig& config() const { return config_; }

 private:
  // A part of a batch on its way through a tower.
  struct Pass {
    at::Tensor features;  // with its graph
    int64_t begin;        // row in the batch's features
    bool is_text;
  };
  struct Replica {
    VisionTransformer vision;
    TextTransformer text;
    FlatParameters parameters;
    Renderer renderer;
    std::vector<Pass> passes;
  };

  Pretrainer(const ModelConfig& config, CompactVocabulary vocabulary,
             at::Device device, const PretrainerOptions& options)
      : config_(config),
        vocabulary_(std::move(vocabulary)),
        device_(device),
        options_(options),
        pool_(options.num_replicas) {}

  // The half-open range of `size` items that is replica r's.
  std::pair<int64_t, int64_t> PartOf(int replica, int64_t size) const;
  void Forward(int replica, const CaptionedBatch& batch,
               const at::Tensor& tokens, const at::Tensor& image_features,
               const at::Tensor& text_features);
  void Backward(int replica, const at::Tensor& image_gradients,
                const at::Tensor& text_gradients);
  bool TextIsFrozen() const { return step() < options_.text_frozen_steps; }
  bool ImageIsFrozen() const { return step() >= options_.schedule.joint_steps; }
  // Of the schedule's learning rate; the image tower's is 0 or 1.
  double TextLearningRateFactor() const;
  void Update(double learning_rate);
  void CopyToReplicas();

  const ModelConfig config_;
  const CompactVocabulary vocabulary_;
  const at::Device device_;
  const PretrainerOptions options_;
  std::vector<Replica> replicas_;
  std::unique_ptr<AdamW> adamw_;  // of replica 0
  // Laid out like the parameters.
  at::Tensor is_decayed_;  // 1 or 0
  at::Tensor is_text_;     // 1 or 0
  ReplicaPool pool_;
};

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAINER_H_
