#include "model_tool/zeroshot/zeroshot_head.h"

#include <map>
#include <utility>

#include "ATen/ops/cat.h"
#include "ATen/ops/from_blob.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "c10/core/InferenceMode.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "core/model/named_tensors.h"
#include "core/model/torch_status.h"
#include "core/text/bpe_tokenizer.h"
#include "core/text/text_transformer.h"

namespace maskfill {
namespace {

at::Tensor Normalised(const at::Tensor& x) {
  return x.div(x.norm(2, /*dim=*/-1, /*keepdim=*/true));
}

// Prompts of whole classes, one class after another.
struct PromptBatch {
  std::vector<int64_t> tokens;     // [rows, context]
  std::vector<int64_t> per_class;  // rows of each class
  int64_t rows = 0;
};

absl::Status AddClass(const BpeTokenizer& tokenizer, const std::string& name,
                      const std::vector<std::string>& prompts, int64_t context,
                      PromptBatch* batch) {
  for (const std::string& prompt : prompts) {
    ASSIGN_OR_RETURN(
        const std::vector<int32_t> tokens,
        Annotate(tokenizer.Tokenize(prompt, {.context_length = context}),
                 absl::StrCat("class \"", Abbreviated(name), "\"")));
    batch->tokens.insert(batch->tokens.end(), tokens.begin(), tokens.end());
  }
  batch->per_class.push_back(static_cast<int64_t>(prompts.size()));
  batch->rows += batch->per_class.back();
  return absl::OkStatus();
}

// [classes, E] float32 on the CPU, normalised.
absl::StatusOr<at::Tensor> EncodeClasses(const TextTransformer& tower,
                                         PromptBatch batch, int64_t context,
                                         const ComputeOptions& compute) {
  return CatchTorch([&] {
    const at::Tensor tokens =
        at::from_blob(batch.tokens.data(), {batch.rows, context}, at::kLong);
    std::vector<at::Tensor> features;
    for (const at::Tensor& rows : tokens.split(compute.batch_size)) {
      features.push_back(
          Normalised(tower.Encode(rows).to(at::kFloat)).to(at::kCPU));
    }
    std::vector<at::Tensor> means;
    for (const at::Tensor& of_class :
         at::cat(features, 0).split_with_sizes(batch.per_class)) {
      means.push_back(of_class.mean(/*dim=*/0, /*keepdim=*/true));
    }
    return Normalised(at::cat(means, 0));
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
  Progress progress(options.progress, "build_zeroshot", "classes",
                    static_cast<int64_t>(names.size()));
  std::vector<at::Tensor> rows;
  for (size_t next = 0; next < names.size();) {
    RETURN_IF_ERROR(CheckNotPreempted());
    // Whole classes at a time: prompts of one class have similar lengths.
    PromptBatch batch;
    do {
      RETURN_IF_ERROR(AddClass(*tokenizer, names[next],
                               options.prompts.For(names[next]),
                               config.context_length, &batch));
      ++next;
    } while (next < names.size() && batch.rows < options.compute.batch_size);
    const auto num_classes = static_cast<int64_t>(batch.per_class.size());
    ASSIGN_OR_RETURN(at::Tensor encoded,
                     EncodeClasses(tower, std::move(batch),
                                   config.context_length, options.compute));
    rows.push_back(std::move(encoded));
    progress.Add(num_classes);
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
