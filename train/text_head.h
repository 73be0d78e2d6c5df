// The head of a student whose text tower trains.
#ifndef MASKFILL_TRAIN_TEXT_HEAD_H_
#define MASKFILL_TRAIN_TEXT_HEAD_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/data/image_batches.h"
#include "core/model/checkpoint.h"
#include "core/model/model_config.h"
#include "core/text/class_prompts.h"
#include "core/text/zeroshot_head.h"

namespace maskfill {

// The classes by which images get prompts in each step, and the head that the
// text tower makes of them whenever a checkpoint is wanted.
class TextHead {
 public:
  // `options`: the classes and where their head is computed. Errors as of
  // ClassPrompts::Create.
  static absl::StatusOr<TextHead> Create(const ModelConfig& config,
                                         const ZeroshotHeadOptions& options);

  // Of all prompts (ClassPrompts::tokens).
  const at::Tensor& tokens() const { return prompts_.tokens(); }
  // Gives each image of `batch` its prompt of `epoch`.
  void AddPrompts(uint64_t seed, int64_t epoch, ImageBatch* batch) const;

  // Gives `checkpoint`, which has a text tower, a head of zeros for the
  // classes, until there is one.
  void AddPlaceFor(Checkpoint* checkpoint) const;
  // Gives it ZeroshotHead() of its text tower. Errors as of that.
  absl::Status AddTo(Checkpoint* checkpoint) const;

 private:
  TextHead(const ZeroshotHeadOptions& options, ClassPrompts prompts);

  ZeroshotHeadOptions options_;
  ClassPrompts prompts_;
};

// `config` with a head for `classes`.
ModelConfig WithClasses(ModelConfig config, const ZeroshotHeadOptions& classes);

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_TEXT_HEAD_H_
