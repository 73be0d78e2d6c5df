#include "core/cam/cams.h"

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
  ImageClassifier frozen = classifier;
  frozen.Detach();
  return frozen;
}

}  // namespace maskfill
