#include "core/metrics/score_set.h"

#include <memory>
#include <optional>
#include <vector>

#include "ATen/core/Tensor.h"
#include "ATen/core/grad_mode.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/data/image_batches.h"
#include "core/model/torch_status.h"

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

absl::Status ScoreBatch(const ImageClassifier& classifier,
                        const ImageBatch& batch, AccuracyMeter& meter,
                        const OnPrediction& on_prediction) {
  ASSIGN_OR_RETURN(const at::Tensor logits, CatchTorch([&] {
                     const at::NoGradGuard no_grad;
                     return classifier.Logits(classifier.Features(batch.images))
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

}  // namespace

absl::StatusOr<AccuracySums> ScoreShard(const ImageClassifier& classifier,
                                        const RecordSet& images, int64_t shard,
                                        const ScoreOptions& options,
                                        const OnPrediction& on_prediction) {
  ASSIGN_OR_RETURN(
      AccuracyMeter meter,
      AccuracyMeter::Create(classifier.num_classes(),
                            images.manifest().dataset().allowed_classes()));
  ASSIGN_OR_RETURN(
      const std::unique_ptr<ImageBatches> batches,
      ImageBatches::OfShard(images, shard,
                            {.batch_size = options.batch_size,
                             .image_size = classifier.config().image_size,
                             .pinned_memory = classifier.device().is_cuda(),
                             .num_threads = options.num_threads}));
  while (true) {
    RETURN_IF_ERROR(CheckNotPreempted());
    ASSIGN_OR_RETURN(const std::optional<ImageBatch> batch, batches->Next());
    if (!batch.has_value()) return meter.sums();
    RETURN_IF_ERROR(ScoreBatch(classifier, *batch, meter, on_prediction));
    if (options.progress != nullptr) {
      options.progress->Add(static_cast<int64_t>(batch->records.size()));
    }
  }
}

absl::StatusOr<AccuracySums> ScoreSet(const ImageClassifier& classifier,
                                      const RecordSet& images,
                                      const ScoreOptions& options,
                                      const OnPrediction& on_prediction) {
  AccuracySums sums;
  for (int64_t shard = 0; shard < images.num_shards(); ++shard) {
    ASSIGN_OR_RETURN(
        const AccuracySums part,
        ScoreShard(classifier, images, shard, options, on_prediction));
    sums.Merge(part);
  }
  RETURN_IF_ERROR(CheckCounted(images, sums));
  return sums;
}

absl::Status CheckCounted(const RecordSet& images, const AccuracySums& sums) {
  if (sums.counted > 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", images.dir(), "\": none of its ", sums.images,
      " images has a label among the allowed classes; is it the set that was "
      "meant?"));
}

}  // namespace maskfill
