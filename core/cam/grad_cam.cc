#include "core/cam/grad_cam.h"

#include "ATen/core/grad_mode.h"
#include "ATen/ops/matmul.h"
#include "core/model/vision_transformer.h"
#include "torch/csrc/autograd/autograd.h"

namespace maskfill {

Cams GradCam(const ImageClassifier& classifier, const at::Tensor& pixels,
             const at::Tensor& targets) {
  const at::AutoGradMode enable_gradients(true);
  const ImageClassifier model = WithoutParameterGradients(classifier);
  at::Tensor activations;  // [N, L, D]
  EncodeOptions encode;
  encode.on_last_ln_1 = [&activations](const at::Tensor& normalised) {
    // Nothing before them needs a gradient: the graph starts here.
    activations = normalised.detach().requires_grad_(true);
    return activations;
  };
  Cams cams;
  const at::Tensor explained = ExplainedLogits(
      model.Logits(model.Features(pixels, encode)), targets, &cams);
  const auto gradients = torch::autograd::grad({explained}, {activations});
  const at::Tensor weights =
      gradients[0].sum(1, /*keepdim=*/false, at::kFloat);  // [N, D]
  const at::Tensor of_patches =
      activations.detach().narrow(1, 1, activations.size(1) - 1).to(at::kFloat);
  SetRelevance(at::matmul(of_patches, weights.unsqueeze(2)).squeeze(2).relu_(),
               &cams);
  return cams;
}

}  // namespace maskfill
