#include "core/cam/attribution.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/baddbmm.h"
#include "ATen/ops/zeros.h"
#include "core/model/vision_transformer.h"
#include "glog/logging.h"
#include "torch/csrc/autograd/autograd.h"

namespace maskfill {
namespace {

// The class token's row of R, from the last layer to the first.
class RelevanceRow {
 public:
  // Appends the attention map of the next layer; its gradient arrives later.
  void Push(const at::Tensor& attention) { maps_.push_back(attention); }
  const at::Tensor& first_map() const { return maps_.front(); }

  // The gradient of map `index`, in descending order of index. Releases it.
  void Receive(size_t index, const at::Tensor& gradient) {
    CHECK_EQ(index + 1, maps_.size());
    const at::Tensor map = maps_.back().detach();
    // The mean over heads of relu(gradient * attention), [N, Q, L].
    const at::Tensor relevance =
        gradient.detach().mul(map).relu_().mean(1, false, at::kFloat);
    maps_.pop_back();
    const int64_t length = relevance.size(2);
    if (!row_.defined()) {
      // R = I: of the class token's row only its own entry is there.
      row_ = at::zeros({relevance.size(0), 1, length}, relevance.options());
      row_.select(2, 0).fill_(1);
    }
    if (relevance.size(1) == 1) {
      // The last layer: the class token is the only query.
      row_.add_(relevance);
    } else {
      row_ = at::baddbmm(row_, row_, relevance);
    }
  }

  // [N, P]: without the class token's own column.
  at::Tensor Patches() const {
    return row_.squeeze(1).narrow(1, 1, row_.size(2) - 1);
  }

 private:
  std::vector<at::Tensor> maps_;
  at::Tensor row_;  // [N, 1, L] float32
};

}  // namespace

Cams TransformerAttribution(const ImageClassifier& classifier,
                            const at::Tensor& pixels, const at::Tensor& targets,
                            const AttributionOptions& options) {
  const at::AutoGradMode enable_gradients(true);
  const ImageClassifier model = WithoutParameterGradients(classifier);
  const int64_t num_layers = model.backbone().num_layers();
  CHECK(options.layers >= 0 && options.layers <= num_layers);

  RelevanceRow row;
  EncodeOptions encode;
  encode.first_captured_layer =
      options.layers == 0 ? 0 : num_layers - options.layers;
  encode.on_attention = [&](int64_t layer, const at::Tensor& attention) {
    const size_t index = layer - encode.first_captured_layer;
    at::Tensor map = attention;
    if (index == 0) {
      // Nothing before this map needs a gradient: the graph starts here.
      map = attention.detach().requires_grad_(true);
    } else {
      map.register_hook([&row, index](const at::Tensor& gradient) {
        row.Receive(index, gradient);
      });
    }
    row.Push(map);
    return map;
  };

  Cams cams;
  const at::Tensor explained = ExplainedLogits(
      model.Logits(model.Features(pixels, encode)), targets, &cams);
  const at::Tensor first_map = row.first_map();
  const auto gradients = torch::autograd::grad({explained}, {first_map});
  row.Receive(0, gradients[0]);

  SetRelevance(row.Patches(), &cams);
  return cams;
}

}  // namespace maskfill
