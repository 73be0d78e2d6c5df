// CLIP's image tower, any size, as a function of named weights.
#ifndef MASKFILL_CORE_MODEL_VISION_TRANSFORMER_H_
#define MASKFILL_CORE_MODEL_VISION_TRANSFORMER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "core/model/checkpoint.h"
#include "core/model/device.h"
#include "core/model/linear_map.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/model/transformer_block.h"

namespace maskfill {

struct EncodeOptions {
  // [N, K] int64: the patches that are kept as tokens, with the positional
  // embedding of their own place; the class token is always kept (as in MAE).
  // Undefined: all patches.
  at::Tensor kept_patches = {};
  // [N, P] bool ([N, K] beside kept_patches): true patches are no keys in any
  // layer (their scores are -inf); they still pass through as queries.
  // Undefined: none.
  at::Tensor masked_patches = {};
  // Receives the attention probabilities [N, heads, Q, L] of each layer from
  // `first_captured_layer` on, in order (Q = L, and 1 in the last layer), and
  // returns what takes their place. Unset: fused attention.
  std::function<at::Tensor(int64_t layer, const at::Tensor&)> on_attention = {};
  int64_t first_captured_layer = 0;
  // Receives the output of the last block's ln_1, [N, L, D], and returns what
  // takes its place. Unset: it stays.
  std::function<at::Tensor(const at::Tensor&)> on_last_ln_1 = {};
  // A backward pass computes each block anew, and keeps its input alone until
  // then (AttentionOptions::recompute).
  bool recompute = false;
};

// The projected, not normalised class token of each image.
//
//   ASSIGN_OR_RETURN(auto model, VisionTransformer::Create(config, visual));
//   at::Tensor features = model.Encode(pixels);  // [N, E]
//
// Parameters are used as given, not copied: those that require a gradient get
// it, and a change of their values in place takes effect at once. That is
// convenient and slow. A tower that is Prepared computes with copies that suit
// the machine (LinearMap), until it is prepared anew: once for frozen weights,
// after each step for those that are trained. Frozen use: at::NoGradGuard. Safe
// for concurrent use but for Prepare and backward passes to parameters.
class VisionTransformer {
 public:
  // `visual`: the tower's tensors without the "visual." prefix (others are
  // refused), all on one device, all float32 or all bfloat16. DataLoss when
  // names or shapes do not fit `config`.
  static absl::StatusOr<VisionTransformer> Create(const ModelConfig& config,
                                                  const NamedTensors& visual);

  // A prepared tower on `device` in that precision. What else the checkpoint
  // holds (a head, a text tower) is ignored.
  static absl::StatusOr<VisionTransformer> FromCheckpoint(
      const Checkpoint& checkpoint, at::Device device,
      Precision precision = Precision::kFp32);

  // LinearMap::Prepare of all its products, for the parameters as they are now;
  // activations have `dtype` from here on. That is the parameters' own or, on
  // the CPU, bfloat16 for float32 parameters, which get float32 gradients.
  void Prepare(at::ScalarType dtype);

  // Asks for no gradients of parameters from here on; what is prepared stays.
  void Detach();

  // `pixels`: uint8 [N, 3, S, S] or [N, S, S, 3] (normalised here, see
  // Normalise), or floating-point [N, 3, S, S] that is normalised already; on
  // any device. Returns [N, E] in the weights' dtype. Sizes that do not fit
  // are the caller's bug and end the process. On the CPU a large batch goes
  // through in parts that fit the cache, but where attention is captured.
  at::Tensor Encode(const at::Tensor& pixels,
                    const EncodeOptions& options = {}) const;

  // How many images of so many tokens, the class token with them, are to go
  // through at once: on the CPU as many as fit the cache, elsewhere any number.
  int64_t ImagesPerPart(int64_t num_tokens) const;

  // uint8 -> (x / 255 - mean) / std, channels first, in float32 on the model's
  // device: the same operations as torchvision's ToTensor and Normalize.
  at::Tensor Normalise(const at::Tensor& pixels) const;

  // By checkpoint name without "visual.".
  const NamedTensors& parameters() const { return parameters_; }
  const ModelConfig& config() const { return config_; }
  at::Device device() const { return proj_.device(); }
  int64_t num_layers() const { return static_cast<int64_t>(blocks_.size()); }
  int64_t num_patches() const { return config_.num_patches(); }

 private:
  VisionTransformer() = default;

  // Of a part of the batch.
  at::Tensor EncodePart(const at::Tensor& pixels,
                        const EncodeOptions& options) const;
  // Patch and class tokens with positional embedding, [N, 1 + K, D].
  at::Tensor Embed(const at::Tensor& pixels,
                   const at::Tensor& kept_patches) const;

  ModelConfig config_;
  NamedTensors parameters_;
  std::vector<TransformerBlock> blocks_;
  LinearMap conv1_;
  at::Tensor class_embedding_, positional_embedding_;
  at::Tensor ln_pre_weight_, ln_pre_bias_, ln_post_weight_, ln_post_bias_;
  at::Tensor proj_;
  at::Tensor mean_, std_;              // [3, 1, 1]
  at::ScalarType dtype_ = at::kFloat;  // of activations
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_VISION_TRANSFORMER_H_
