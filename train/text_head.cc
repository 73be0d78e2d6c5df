#include "train/text_head.h"

#include <utility>
#include <vector>

#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

constexpr char kWeight[] = "classifier.weight";
constexpr char kBias[] = "classifier.bias";

}  // namespace

absl::StatusOr<TextHead> TextHead::Create(const ModelConfig& config,
                                          const ZeroshotHeadOptions& options) {
  ASSIGN_OR_RETURN(
      ClassPrompts prompts,
      ClassPrompts::Create(config, options.class_names, options.prompts));
  return TextHead(options, std::move(prompts));
}

TextHead::TextHead(const ZeroshotHeadOptions& options, ClassPrompts prompts)
    : options_(options), prompts_(std::move(prompts)) {}

void TextHead::AddPrompts(uint64_t seed, int64_t epoch,
                          ImageBatch* batch) const {
  std::vector<int64_t> rows;
  for (const v1::ImageRecord& record : batch->records) {
    rows.push_back(prompts_.Draw(seed, epoch, record.id(), record.label()));
  }
  batch->prompts = at::tensor(at::ArrayRef<int64_t>(rows), at::kLong);
}

void TextHead::AddPlaceFor(Checkpoint* checkpoint) const {
  checkpoint->config = WithClasses(std::move(checkpoint->config), options_);
  const int64_t classes = checkpoint->config.num_classes;
  checkpoint->tensors[kWeight] =
      at::zeros({classes, checkpoint->config.embed_dim});
  checkpoint->tensors[kBias] = at::zeros({classes});
}

absl::Status TextHead::AddTo(Checkpoint* checkpoint) const {
  ASSIGN_OR_RETURN(checkpoint->tensors[kWeight],
                   ZeroshotHead(*checkpoint, options_));
  return absl::OkStatus();
}

ModelConfig WithClasses(ModelConfig config,
                        const ZeroshotHeadOptions& classes) {
  config.num_classes = static_cast<int64_t>(classes.class_names.size());
  config.class_names = classes.class_names;
  return config;
}

}  // namespace maskfill
