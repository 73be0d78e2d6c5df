#include "core/model/image_classifier.h"

#include <utility>

#include "ATen/ops/linear.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "c10/core/impl/LocalDispatchKeySet.h"
#include "core/base/status_macros.h"

namespace maskfill {

ImageClassifier::ImageClassifier(VisionTransformer backbone, at::Tensor weight,
                                 at::Tensor bias)
    : backbone_(std::move(backbone)),
      weight_(std::move(weight)),
      bias_(std::move(bias)) {}

absl::StatusOr<ImageClassifier> ImageClassifier::Create(
    const ModelConfig& config, const NamedTensors& tensors) {
  const auto weight = tensors.find("classifier.weight");
  const auto bias = tensors.find("classifier.bias");
  if (!config.has_head() || weight == tensors.end() || bias == tensors.end()) {
    return absl::FailedPreconditionError(
        "the checkpoint has no classifier head (classifier.weight and "
        "classifier.bias); make one with build_zeroshot");
  }
  ASSIGN_OR_RETURN(
      VisionTransformer backbone,
      VisionTransformer::Create(config, SelectPrefix(tensors, "visual.")));
  const int64_t classes = config.num_classes;
  if (weight->second.sizes() != at::IntArrayRef({classes, config.embed_dim}) ||
      bias->second.sizes() != at::IntArrayRef({classes})) {
    return absl::DataLossError(absl::StrCat(
        "classifier.weight and classifier.bias have shapes ",
        ShapeText(weight->second.sizes()), " and ",
        ShapeText(bias->second.sizes()), ", expected ",
        ShapeText({classes, config.embed_dim}), " and ", ShapeText({classes})));
  }
  return ImageClassifier(std::move(backbone), weight->second, bias->second);
}

absl::StatusOr<ImageClassifier> ImageClassifier::FromCheckpoint(
    const Checkpoint& checkpoint, at::Device device, Precision precision) {
  NamedTensors tensors = MoveTensors(
      AddPrefix(SelectPrefix(checkpoint.tensors, "visual."), "visual."), device,
      WeightDtype(precision));
  tensors.merge(MoveTensors(
      AddPrefix(SelectPrefix(checkpoint.tensors, "classifier."), "classifier."),
      device, at::kFloat));
  ASSIGN_OR_RETURN(ImageClassifier classifier,
                   Create(checkpoint.config, tensors));
  classifier.Prepare(WeightDtype(precision));
  return classifier;
}

void ImageClassifier::Detach() {
  backbone_.Detach();
  weight_ = weight_.detach();
  bias_ = bias_.detach();
}

at::Tensor ImageClassifier::Logits(const at::Tensor& features) const {
  // The head is cheap and decides: never in reduced precision.
  c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const at::Tensor x = features.to(weight_.scalar_type());
  return at::linear(x.div(x.norm(2, /*dim=*/-1, /*keepdim=*/true)), weight_,
                    bias_);
}

NamedTensors ImageClassifier::parameters() const {
  NamedTensors all = AddPrefix(backbone_.parameters(), "visual.");
  all.emplace("classifier.weight", weight_);
  all.emplace("classifier.bias", bias_);
  return all;
}

}  // namespace maskfill
