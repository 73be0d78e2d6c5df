#include "core/text/text_transformer.h"

#include <string>
#include <utility>

#include "ATen/ops/arange.h"
#include "ATen/ops/embedding.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/index.h"
#include "ATen/ops/layer_norm.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

absl::StatusOr<at::Tensor> Take(const NamedTensors& tensors,
                                const std::string& name,
                                const std::vector<int64_t>& shape) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) {
    return absl::DataLossError(
        absl::StrCat("text tower: \"", name, "\" is missing"));
  }
  if (found->second.sizes() != at::IntArrayRef(shape)) {
    return absl::DataLossError(absl::StrCat(
        "text tower: \"", name, "\" has shape ",
        ShapeText(found->second.sizes()), ", expected ", ShapeText(shape)));
  }
  return found->second;
}

}  // namespace

absl::StatusOr<TextTransformer> TextTransformer::Create(
    const ModelConfig& config, const NamedTensors& tensors) {
  if (!config.has_text()) {
    return absl::FailedPreconditionError(
        "the checkpoint has no text tower; expected one that import_model made "
        "from full CLIP weights");
  }
  TextTransformer tower;
  tower.config_ = config;
  const int64_t width = config.text.width;
  ASSIGN_OR_RETURN(
      tower.token_embedding_,
      Take(tensors, "token_embedding.weight", {config.vocab_size, width}));
  ASSIGN_OR_RETURN(
      tower.positional_embedding_,
      Take(tensors, "positional_embedding", {config.context_length, width}));
  ASSIGN_OR_RETURN(tower.ln_final_weight_,
                   Take(tensors, "ln_final.weight", {width}));
  ASSIGN_OR_RETURN(tower.ln_final_bias_,
                   Take(tensors, "ln_final.bias", {width}));
  ASSIGN_OR_RETURN(tower.text_projection_,
                   Take(tensors, "text_projection", {width, config.embed_dim}));
  for (int64_t layer = 0; layer < config.text.layers; ++layer) {
    ASSIGN_OR_RETURN(
        TransformerBlock block,
        TransformerBlock::Create(
            tensors, absl::StrCat("transformer.resblocks.", layer, "."),
            config.text, config.activation, config.text_layer_norm_eps));
    tower.blocks_.push_back(std::move(block));
  }
  return tower;
}

void TextTransformer::Prepare() {
  for (TransformerBlock& block : blocks_) {
    block.Prepare(text_projection_.scalar_type());
  }
}

at::Tensor TextTransformer::Encode(const at::Tensor& tokens,
                                   bool recompute) const {
  CHECK_EQ(tokens.dim(), 2);
  CHECK_LE(tokens.size(1), config_.context_length);
  if (tokens.size(0) == 0) {
    return at::empty({0, config_.embed_dim}, text_projection_.options());
  }
  const at::Tensor all = tokens.to(device(), at::kLong);
  CHECK_GE(all.min().item<int64_t>(), 0);
  CHECK_LT(all.max().item<int64_t>(), config_.vocab_size);
  const at::Tensor ends = all.argmax(/*dim=*/1);
  const int64_t length = ends.max().item<int64_t>() + 1;
  at::Tensor x = at::embedding(token_embedding_, all.narrow(1, 0, length))
                     .add(positional_embedding_.narrow(0, 0, length));
  AttentionOptions attention;
  attention.causal = true;
  attention.recompute = recompute;
  for (const TransformerBlock& block : blocks_) {
    x = block.Forward(x, attention);
  }
  // Only the end of each text goes on: normalisation is by token.
  const at::Tensor rows = at::arange(x.size(0), ends.options());
  x = x.index({rows, ends});
  x = at::layer_norm(x, {config_.text.width}, ln_final_weight_, ln_final_bias_,
                     config_.text_layer_norm_eps);
  return x.matmul(text_projection_);
}

}  // namespace maskfill
