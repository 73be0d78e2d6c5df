#include "model_tool/zeroshot/zeroshot_head.h"

#include <algorithm>
#include <map>
#include <utility>

#include "ATen/ops/cat.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/from_blob.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "c10/core/InferenceMode.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/named_tensors.h"
#include "core/model/torch_status.h"
#include "core/text/bpe_tokenizer.h"
#include "core/text/text_transformer.h"
#include "model_tool/zeroshot/text_lists.h"

namespace maskfill {
namespace {

at::Tensor Normalised(const at::Tensor& x) {
  return x.div(x.norm(2, /*dim=*/-1, /*keepdim=*/true));
}

// The prompts of classes [begin, end), class by class: [n, context] int64.
absl::StatusOr<at::Tensor> TokenizePrompts(
    const BpeTokenizer& tokenizer, const std::vector<std::string>& names,
    const std::vector<std::string>& templates, int64_t context) {
  const int64_t rows = static_cast<int64_t>(names.size() * templates.size());
  at::Tensor tokens = at::empty({rows, context}, at::kLong);
  int64_t* row = tokens.mutable_data_ptr<int64_t>();
  for (const std::string& name : names) {
    for (const std::string& text : templates) {
      ASSIGN_OR_RETURN(const std::vector<int32_t> values,
                       tokenizer.Tokenize(FillTemplate(text, name),
                                          {.context_length = context}));
      row = std::copy(values.begin(), values.end(), row);
    }
  }
  return tokens;
}

// [names, E] float32 on the CPU, normalised.
absl::StatusOr<at::Tensor> EncodeClasses(const TextTransformer& tower,
                                         const at::Tensor& tokens,
                                         int64_t num_templates,
                                         const ComputeOptions& compute) {
  return CatchTorch([&] {
    std::vector<at::Tensor> batches;
    for (const at::Tensor& batch : tokens.split(compute.batch_size)) {
      batches.push_back(
          Normalised(tower.Encode(batch).to(at::kFloat)).to(at::kCPU));
    }
    const at::Tensor features =
        at::cat(batches, 0)
            .view({tokens.size(0) / num_templates, num_templates, -1});
    return Normalised(features.mean(/*dim=*/1));
  });
}

}  // namespace

absl::StatusOr<at::Tensor> ZeroshotHead(const Checkpoint& checkpoint,
                                        const ZeroshotHeadOptions& options) {
  const c10::InferenceMode no_gradients;
  const ModelConfig& config = checkpoint.config;
  NamedTensors text;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    if (name.rfind("visual.", 0) != 0) text.emplace(name, tensor);
  }
  ASSIGN_OR_RETURN(const NamedTensors weights, CatchTorch([&] {
                     return MoveTensors(text, options.compute.device,
                                        WeightDtype(options.compute.precision));
                   }));
  ASSIGN_OR_RETURN(const TextTransformer tower,
                   TextTransformer::Create(config, weights));
  ASSIGN_OR_RETURN(const auto tokenizer, BpeTokenizer::Create());
  if (tokenizer->vocab_size() != config.vocab_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("the model has a vocabulary of ", config.vocab_size,
                     " tokens, CLIP's has ", tokenizer->vocab_size(),
                     "; a model with another tokenizer is not supported"));
  }

  // Each name once: equal names get equal rows, whatever batch they are in.
  std::map<std::string, int64_t> row_of;
  std::vector<std::string> names;
  for (const std::string& name : options.class_names) {
    if (row_of.emplace(name, names.size()).second) names.push_back(name);
  }
  const int64_t num_templates = static_cast<int64_t>(options.templates.size());
  // Whole classes at a time: prompts of one class have similar lengths.
  const int64_t classes_at_a_time =
      std::max<int64_t>(1, options.compute.batch_size / num_templates);
  Progress progress(options.progress, "build_zeroshot", "classes",
                    static_cast<int64_t>(names.size()));
  std::vector<at::Tensor> rows;
  for (size_t begin = 0; begin < names.size();) {
    RETURN_IF_ERROR(CheckNotPreempted());
    const size_t end = std::min(names.size(), begin + classes_at_a_time);
    ASSIGN_OR_RETURN(
        const at::Tensor tokens,
        TokenizePrompts(*tokenizer,
                        {names.begin() + begin, names.begin() + end},
                        options.templates, config.context_length));
    ASSIGN_OR_RETURN(
        at::Tensor encoded,
        EncodeClasses(tower, tokens, num_templates, options.compute));
    rows.push_back(std::move(encoded));
    progress.Add(static_cast<int64_t>(end - begin));
    begin = end;
  }
  progress.Finish();

  std::vector<int64_t> order;
  for (const std::string& name : options.class_names) {
    order.push_back(row_of[name]);
  }
  return CatchTorch([&] {
    const at::Tensor index = at::from_blob(
        order.data(), {static_cast<int64_t>(order.size())}, at::kLong);
    const at::Tensor scale =
        checkpoint.tensors.at("logit_scale").to(at::kCPU, at::kFloat).exp();
    return at::cat(rows, 0).index_select(0, index).mul(scale);
  });
}

}  // namespace maskfill
