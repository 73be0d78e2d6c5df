// The image tower with a linear head on L2-normalised features.
#ifndef MASKFILL_CORE_MODEL_IMAGE_CLASSIFIER_H_
#define MASKFILL_CORE_MODEL_IMAGE_CLASSIFIER_H_

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "core/model/checkpoint.h"
#include "core/model/device.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/model/vision_transformer.h"

namespace maskfill {

// Parameters are used as given (see VisionTransformer). Safe for concurrent
// use.
class ImageClassifier {
 public:
  // `tensors`: visual.*, classifier.weight [K, E] and classifier.bias [K];
  // others (a text tower) are ignored. FailedPrecondition when there is no
  // head, DataLoss when shapes do not fit `config`.
  static absl::StatusOr<ImageClassifier> Create(const ModelConfig& config,
                                                const NamedTensors& tensors);

  // A frozen classifier on `device`, its tower prepared; with kBf16 the tower's
  // weights are converted once, the head stays float32.
  static absl::StatusOr<ImageClassifier> FromCheckpoint(
      const Checkpoint& checkpoint, at::Device device,
      Precision precision = Precision::kFp32);

  // As of VisionTransformer. The head needs no preparation.
  void Prepare(at::ScalarType dtype) { backbone_.Prepare(dtype); }
  void Detach();

  // Raw projected features [N, E] (VisionTransformer::Encode).
  at::Tensor Features(const at::Tensor& pixels,
                      const EncodeOptions& options = {}) const {
    return backbone_.Encode(pixels, options);
  }
  // [N, E] raw features -> [N, K] float32: weight * x / |x| + bias.
  at::Tensor Logits(const at::Tensor& features) const;

  const VisionTransformer& backbone() const { return backbone_; }
  const at::Tensor& weight() const { return weight_; }
  const at::Tensor& bias() const { return bias_; }
  int64_t num_classes() const { return weight_.size(0); }
  const ModelConfig& config() const { return backbone_.config(); }
  at::Device device() const { return backbone_.device(); }

  // By checkpoint name: visual.* and classifier.*.
  NamedTensors parameters() const;

 private:
  ImageClassifier(VisionTransformer backbone, at::Tensor weight,
                  at::Tensor bias);

  VisionTransformer backbone_;
  at::Tensor weight_, bias_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_IMAGE_CLASSIFIER_H_
