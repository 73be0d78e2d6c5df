#include "core/text/zeroshot_head.h"

#include <utility>

#include "ATen/ops/cat.h"
#include "ATen/ops/tensor.h"
#include "c10/core/InferenceMode.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/named_tensors.h"
#include "core/model/tensor_names.h"
#include "core/model/torch_status.h"
#include "core/text/class_prompts.h"
#include "core/text/text_transformer.h"

namespace maskfill {
namespace {

at::Tensor Normalised(const at::Tensor& x) {
  return x.div(x.norm(2, /*dim=*/-1, /*keepdim=*/true));
}

// [names, E] float32 on the CPU, normalised. `tokens` [rows, context] of whole
// names, `rows_of` as many of each.
absl::StatusOr<at::Tensor> EncodeNames(const TextTransformer& tower,
                                       const at::Tensor& tokens,
                                       const std::vector<int64_t>& rows_of,
                                       const ComputeOptions& compute) {
  return CatchTorch([&] {
    std::vector<at::Tensor> features;
    for (const at::Tensor& rows : tokens.split(compute.batch_size)) {
      features.push_back(
          Normalised(tower.Encode(rows).to(at::kFloat)).to(at::kCPU));
    }
    std::vector<at::Tensor> means;
    for (const at::Tensor& of_name :
         at::cat(features, 0).split_with_sizes(rows_of)) {
      means.push_back(of_name.mean(/*dim=*/0, /*keepdim=*/true));
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
    if (!IsOfImageTower(name)) text.emplace(name, tensor);
  }
  ASSIGN_OR_RETURN(const NamedTensors weights, CatchTorch([&] {
                     return MoveTensors(text, options.compute.device,
                                        WeightDtype(options.compute.precision));
                   }));
  ASSIGN_OR_RETURN(TextTransformer tower,
                   TextTransformer::Create(config, weights));
  tower.Prepare();
  ASSIGN_OR_RETURN(
      const ClassPrompts prompts,
      ClassPrompts::Create(config, options.class_names, options.prompts));
  Progress progress(options.progress, "zeroshot_head", "classes",
                    prompts.num_names());
  std::vector<at::Tensor> rows;
  for (int64_t next = 0; next < prompts.num_names();) {
    RETURN_IF_ERROR(CheckNotPreempted());
    // Whole names at a time: the prompts of one have similar lengths.
    const int64_t begin = prompts.first_row(next);
    std::vector<int64_t> rows_of;
    do {
      rows_of.push_back(prompts.first_row(next + 1) - prompts.first_row(next));
      ++next;
    } while (next < prompts.num_names() &&
             prompts.first_row(next) - begin < options.compute.batch_size);
    ASSIGN_OR_RETURN(at::Tensor encoded,
                     EncodeNames(tower,
                                 prompts.tokens().narrow(
                                     0, begin, prompts.first_row(next) - begin),
                                 rows_of, options.compute));
    rows.push_back(std::move(encoded));
    progress.Add(static_cast<int64_t>(rows_of.size()));
  }
  progress.Finish();

  return CatchTorch([&] {
    const at::Tensor index =
        at::tensor(at::ArrayRef<int64_t>(prompts.names()), at::kLong);
    const at::Tensor scale =
        checkpoint.tensors.at(kLogitScale).to(at::kCPU, at::kFloat).exp();
    return at::cat(rows, 0).index_select(0, index).mul(scale);
  });
}

}  // namespace maskfill
