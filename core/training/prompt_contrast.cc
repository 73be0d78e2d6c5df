#include "core/training/prompt_contrast.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/_unique2.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/stack.h"
#include "ATen/ops/zeros.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/autocast_guard.h"
#include "core/model/tensor_names.h"
#include "core/model/torch_status.h"
#include "core/training/contrastive_loss.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// Everything of a checkpoint but the image tower and a head.
NamedTensors TextParameters(const ModelConfig& config,
                            const NamedTensors& tensors) {
  NamedTensors text;
  for (const auto& [name, shape] : ExpectedShapes(config)) {
    if (IsOfImageTower(name) || IsOfHead(name)) continue;
    const auto found = tensors.find(name);
    if (found != tensors.end()) text.insert(*found);
  }
  return text;
}

// The features of a whole batch, all ranks' slices.
struct WholeBatch {
  at::Tensor features;  // [N, 2 E] float32 on the device
  at::Tensor labels;    // [N] int64 on the CPU
  int64_t begin = 0;    // this rank's slice
};

}  // namespace

absl::StatusOr<PromptContrast> PromptContrast::Create(
    const ModelConfig& config, const NamedTensors& tensors, at::Tensor tokens,
    const PromptContrastOptions& options) {
  ASSIGN_OR_RETURN(TextTransformer text,
                   TextTransformer::Create(config, tensors));
  NamedTensors parameters = TextParameters(config, tensors);
  if (parameters.count(kLogitScale) == 0) {
    return absl::DataLossError("text tower: \"logit_scale\" is missing");
  }
  return PromptContrast(options, std::move(text), std::move(parameters),
                        std::move(tokens));
}

PromptContrast::PromptContrast(const PromptContrastOptions& options,
                               TextTransformer text, NamedTensors parameters,
                               at::Tensor tokens)
    : options_(options),
      text_(std::move(text)),
      parameters_(std::move(parameters)),
      tokens_(std::move(tokens)) {}

at::Tensor PromptContrast::Encode(const VisionTransformer& images,
                                  const ImageBatch& batch, int64_t begin,
                                  int64_t end) const {
  const int64_t n = end - begin;
  const auto [rows, row_of, counts] = at::_unique2(
      batch.prompts.narrow(0, begin, n), /*sorted=*/true, /*inverse=*/true);
  const at::Device device = text_.device();
  const AutocastGuard autocast(device.type(), options_.precision);
  const at::Tensor of_images =
      images.Encode(batch.images.narrow(0, begin, n).to(device),
                    {.recompute = options_.recompute});
  const at::Tensor of_texts =
      text_.Encode(tokens_.index_select(0, rows), options_.recompute)
          .index_select(0, row_of.to(device));
  return at::cat({of_images.to(at::kFloat), of_texts.to(at::kFloat)}, 1);
}

absl::StatusOr<at::Tensor> PromptContrast::AccumulateGradients(
    const VisionTransformer& images, const ImageBatch& batch) const {
  ProcessGroup& group = *options_.group;
  const int64_t n = batch.labels.size(0);
  const int64_t part = options_.micro_batch_size > 0
                           ? std::min(options_.micro_batch_size, n)
                           : n;
  const int64_t size = group.size() > 1 ? options_.global_batch_size : n;
  at::Tensor with_graph;  // where the slice is one part
  WholeBatch whole;
  const absl::Status encoded = CatchTorch([&]() -> absl::Status {
    std::vector<at::Tensor> parts;
    for (int64_t begin = 0; begin < n; begin += part) {
      RETURN_IF_ERROR(CheckNotPreempted());
      const at::AutoGradMode grad_mode(part == n);
      parts.push_back(Encode(images, batch, begin, std::min(begin + part, n)));
    }
    if (part == n) with_graph = parts[0];
    const at::NoGradGuard no_grad;
    whole.begin = group.rank() * size / group.size();
    CHECK_EQ(n, (group.rank() + 1) * size / group.size() - whole.begin);
    const at::Tensor mine = at::cat(parts, 0).detach();
    whole.features = at::zeros({size, mine.size(1)}, mine.options());
    whole.features.narrow(0, whole.begin, n).copy_(mine);
    whole.labels = at::zeros({size}, at::kLong);
    whole.labels.narrow(0, whole.begin, n).copy_(batch.labels);
    return absl::OkStatus();
  });
  // From here to the end of the exchange no rank is alone with an error.
  RETURN_IF_ERROR(group.Agree(encoded));
  RETURN_IF_ERROR(group.Sum(whole.features));
  RETURN_IF_ERROR(group.Sum(whole.labels));

  return CatchTorch([&]() -> absl::StatusOr<at::Tensor> {
    const double share = static_cast<double>(n) / static_cast<double>(size);
    const int64_t width = whole.features.size(1) / 2;
    whole.features.requires_grad_();
    const at::Tensor& logit_scale = parameters_.at(kLogitScale);
    const at::Tensor scale = logit_scale.detach().clone().requires_grad_();
    const at::Tensor scores =
        ContrastiveScores(whole.features.narrow(1, 0, width),
                          whole.features.narrow(1, width, width), scale);
    const at::Tensor loss = PairedContrastiveLoss(scores);
    loss.backward();
    // Every rank has the whole gradient of the temperature.
    logit_scale.mutable_grad().add_(scale.grad(), share);
    const at::Tensor gradients =
        whole.features.grad().narrow(0, whole.begin, n);
    for (int64_t begin = 0; begin < n; begin += part) {
      RETURN_IF_ERROR(CheckNotPreempted());
      const int64_t end = std::min(begin + part, n);
      const at::Tensor features =
          with_graph.defined() ? with_graph : Encode(images, batch, begin, end);
      features.backward(gradients.narrow(0, begin, end - begin));
    }

    const at::NoGradGuard no_grad;
    const at::Tensor nearest =
        scores.narrow(0, whole.begin, n).argmax(1).to(at::kCPU);
    const at::Tensor right = whole.labels.index_select(0, nearest)
                                 .eq(whole.labels.narrow(0, whole.begin, n))
                                 .to(at::kFloat)
                                 .mean()
                                 .to(loss.device());
    return at::stack({loss.detach(), at::zeros({}, loss.options()), right})
        .mul_(share);
  });
}

}  // namespace maskfill
