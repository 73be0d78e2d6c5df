// CLIP's text tower as a function of named weights.
#ifndef MASKFILL_CORE_TEXT_TEXT_TRANSFORMER_H_
#define MASKFILL_CORE_TEXT_TEXT_TRANSFORMER_H_

#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/model/transformer_block.h"

namespace maskfill {

// The projected, not normalised feature of each text's end-of-text token.
//
//   ASSIGN_OR_RETURN(auto tower, TextTransformer::Create(config, tensors));
//   at::Tensor features = tower.Encode(tokens);  // [N, E]
//
// Parameters are used as given, not copied, until Prepare. Safe for concurrent
// use but for Prepare.
class TextTransformer {
 public:
  // `tensors`: token_embedding.weight, positional_embedding,
  // transformer.resblocks.*, ln_final.*, text_projection, all on one device and
  // of one floating dtype; others (visual.*) are ignored. FailedPrecondition
  // when `config` has no text tower, DataLoss when shapes do not fit it.
  static absl::StatusOr<TextTransformer> Create(const ModelConfig& config,
                                                const NamedTensors& tensors);

  // For weights that do not change any more: see VisionTransformer::Prepare.
  void Prepare();

  // `tokens`: [N, T] int64 or int32, T at most context_length, each row with
  // its largest token (the end of text) once; on any device. Returns [N, E] in
  // the weights' dtype. Columns after the last end of text are not computed:
  // no token sees a later one. A token beyond the vocabulary is the caller's
  // bug and ends the process. `recompute`: as of EncodeOptions.
  at::Tensor Encode(const at::Tensor& tokens, bool recompute = false) const;

  const ModelConfig& config() const { return config_; }
  at::Device device() const { return token_embedding_.device(); }

 private:
  TextTransformer() = default;

  ModelConfig config_;
  std::vector<TransformerBlock> blocks_;
  at::Tensor token_embedding_, positional_embedding_;
  at::Tensor ln_final_weight_, ln_final_bias_, text_projection_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_TEXT_TRANSFORMER_H_
