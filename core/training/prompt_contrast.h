// The loss of "Finetune like you pretrain" (Goyal et al., CVPR 2023): CLIP's
// own loss, of images and prompts of their classes.
#ifndef MASKFILL_CORE_TRAINING_PROMPT_CONTRAST_H_
#define MASKFILL_CORE_TRAINING_PROMPT_CONTRAST_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "core/data/image_batches.h"
#include "core/model/device.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/model/vision_transformer.h"
#include "core/text/text_transformer.h"
#include "core/training/process_group.h"

namespace maskfill {

// Where, how and in how many parts it is computed; changes rounding alone.
struct PromptContrastOptions {
  int64_t micro_batch_size = 0;  // images, and prompts, at once; 0: all
  bool recompute = false;        // both towers' blocks (EncodeOptions)
  Precision precision = Precision::kFp32;
  // The processes that take each step together, and how many images their
  // slices are together; 0: those of this one.
  ProcessGroup* group = &ProcessGroup::Alone();
  int64_t global_batch_size = 0;
};

// The text tower and the temperature of a training, and its loss over a whole
// batch (PairedContrastiveLoss): every image with its prompt against those of
// all others, in whatever slice or part they are. A contrast does not split, so
// a batch in parts goes forward without a graph first, the loss is that of all
// features, which the ranks exchange, and each part goes forward once more and
// back from its features' gradients (Gao et al., "Scaling deep contrastive
// learning batch size under memory limited setup", 2021). A slice that is one
// part keeps its graph and goes forward once.
//
// Only the prompts of a part go through the text tower, equal ones once.
//
//   ASSIGN_OR_RETURN(auto contrast, PromptContrast::Create(config, tensors,
//                                                          tokens, options));
//   ASSIGN_OR_RETURN(auto terms, contrast.AccumulateGradients(tower, batch));
//
// For one thread.
class PromptContrast {
 public:
  // `tensors`: the text tower and logit_scale, used as given; others are
  // ignored. `tokens`: of all prompts, [R, T], as TextTransformer takes them.
  // Errors as of TextTransformer::Create.
  static absl::StatusOr<PromptContrast> Create(
      const ModelConfig& config, const NamedTensors& tensors, at::Tensor tokens,
      const PromptContrastOptions& options);

  // Adds the gradients of the loss by the parameters of `images`, the image
  // tower, and by parameters() to their grad(), this rank's part of them: all
  // ranks' together are those of the batch. `batch`: images, labels and
  // prompts, of several ranks the slice as TrainingData cuts it. Returns {loss,
  // 0, share of the images whose nearest prompt of the whole batch is one of
  // their class}, each weighted by the slice's share of the batch, [3] float32.
  // Cancelled when told to stop; what LibTorch throws; of several ranks what
  // they agree on.
  absl::StatusOr<at::Tensor> AccumulateGradients(
      const VisionTransformer& images, const ImageBatch& batch) const;

  // The text tower and logit_scale, by checkpoint name.
  const NamedTensors& parameters() const { return parameters_; }

 private:
  PromptContrast(const PromptContrastOptions& options, TextTransformer text,
                 NamedTensors parameters, at::Tensor tokens);

  // [n, 2 E] float32 on the device: of rows [begin, end) the image's feature
  // and its prompt's, not normalised.
  at::Tensor Encode(const VisionTransformer& images, const ImageBatch& batch,
                    int64_t begin, int64_t end) const;

  PromptContrastOptions options_;
  TextTransformer text_;
  NamedTensors parameters_;
  at::Tensor tokens_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_PROMPT_CONTRAST_H_
