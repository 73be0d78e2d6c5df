#include "core/cam/cams.h"

#include "core/model/named_tensors.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// Keeps a zero map from dividing by zero, as the method's reference does.
constexpr double kDivisorOffset = 1e-8;

}  // namespace

void SetRelevance(const at::Tensor& patches, Cams* cams) {
  cams->max_relevance = patches.amax(1);
  cams->relevance =
      patches.div(cams->max_relevance.unsqueeze(1).add(kDivisorOffset));
}

at::Tensor ExplainedLogits(const at::Tensor& logits, const at::Tensor& targets,
                           Cams* cams) {
  cams->logits = logits.detach();
  cams->targets = targets.defined()
                      ? targets.to(cams->logits.device(), at::kLong)
                      : cams->logits.argmax(1);
  return logits.gather(1, cams->targets.unsqueeze(1)).sum();
}

ImageClassifier WithoutParameterGradients(const ImageClassifier& classifier) {
  NamedTensors detached;
  bool any_gradients = false;
  for (const auto& [name, tensor] : classifier.parameters()) {
    any_gradients |= tensor.requires_grad();
    detached.emplace(name, tensor.detach());
  }
  if (!any_gradients) return classifier;
  auto frozen = ImageClassifier::Create(classifier.config(), detached);
  CHECK(frozen.ok()) << frozen.status();
  return *frozen;
}

}  // namespace maskfill
