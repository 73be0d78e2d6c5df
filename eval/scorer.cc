#include "eval/scorer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "ATen/core/Tensor.h"
#include "ATen/core/grad_mode.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"
#include "core/record/record_reader.h"

namespace maskfill {
namespace {

v1::PredictionRecord ToProto(const v1::ImageRecord& image,
                             const ScoredImage& scored) {
  v1::PredictionRecord prediction;
  prediction.set_schema_version(1);
  prediction.set_id(image.id());
  prediction.set_label(image.label());
  prediction.mutable_top_classes()->Assign(scored.top_classes.begin(),
                                           scored.top_classes.end());
  prediction.mutable_top_logits()->Assign(scored.top_logits.begin(),
                                          scored.top_logits.end());
  return prediction;
}

}  // namespace

Scorer::Scorer(ImageClassifier classifier, const ScorerOptions& options,
               Progress* progress)
    : classifier_(std::move(classifier)),
      options_(options),
      progress_(progress) {}

absl::StatusOr<AccuracySums> Scorer::ScoreShard(
    const RecordSet& images, int64_t shard, const OnPrediction& on_prediction) {
  ASSIGN_OR_RETURN(
      AccuracyMeter meter,
      AccuracyMeter::Create(classifier_.num_classes(),
                            images.manifest().dataset().allowed_classes()));
  ASSIGN_OR_RETURN(std::unique_ptr<RecordReader> reader,
                   images.OpenShard(shard));
  ImageBatchReader batches(std::move(reader),
                           {.batch_size = options_.batch_size,
                            .image_size = classifier_.config().image_size,
                            .num_threads = options_.num_threads});
  while (true) {
    RETURN_IF_ERROR(CheckNotPreempted());
    ASSIGN_OR_RETURN(const std::optional<ImageBatch> batch, batches.Next());
    if (!batch.has_value()) return meter.sums();
    RETURN_IF_ERROR(ScoreBatch(*batch, meter, on_prediction));
    progress_->Add(static_cast<int64_t>(batch->records.size()));
  }
}

absl::Status Scorer::ScoreBatch(const ImageBatch& batch, AccuracyMeter& meter,
                                const OnPrediction& on_prediction) {
  ASSIGN_OR_RETURN(const at::Tensor logits, CatchTorch([&] {
                     const at::NoGradGuard no_grad;
                     return classifier_
                         .Logits(classifier_.Features(batch.pixels))
                         .to(at::kCPU)
                         .contiguous();
                   }));
  const size_t num_classes = static_cast<size_t>(logits.size(1));
  const float* row = logits.const_data_ptr<float>();
  for (const v1::ImageRecord& record : batch.records) {
    std::vector<int64_t> labels = {record.label()};
    labels.insert(labels.end(), record.other_labels().begin(),
                  record.other_labels().end());
    ASSIGN_OR_RETURN(
        const ScoredImage scored,
        Annotate(meter.Add(absl::MakeConstSpan(row, num_classes), labels),
                 absl::StrCat("image \"", record.id(), "\"")));
    row += num_classes;
    if (on_prediction != nullptr) {
      RETURN_IF_ERROR(on_prediction(ToProto(record, scored)));
    }
  }
  return absl::OkStatus();
}

}  // namespace maskfill
