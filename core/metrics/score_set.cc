#include "core/metrics/score_set.h"

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
#include "core/data/image_batches.h"
#include "core/metrics/logit_vector.h"
#include "core/metrics/prediction.h"
#include "core/model/torch_status.h"

namespace maskfill {
namespace {

absl::Span<const float> RowOf(const at::Tensor& matrix, int64_t row) {
  return absl::MakeConstSpan(
      matrix.const_data_ptr<float>() + row * matrix.size(1),
      static_cast<size_t>(matrix.size(1)));
}

// On the CPU.
struct Answers {
  at::Tensor features;  // [N, E]; undefined where they are not wanted
  at::Tensor logits;    // [N, K]
};

absl::StatusOr<Answers> Ask(const ImageClassifier& classifier,
                            const at::Tensor& images, bool with_features) {
  return CatchTorch([&] {
    const at::NoGradGuard no_grad;
    const at::Tensor features = classifier.Features(images);
    Answers answers;
    answers.logits = classifier.Logits(features).to(at::kCPU).contiguous();
    if (with_features) {
      answers.features = features.to(at::kCPU, at::kFloat).contiguous();
    }
    return answers;
  });
}

// One classifier's predictions for a batch.
absl::Status PredictBatch(
    const ImageClassifier& classifier, const ImageBatch& batch,
    const at::Tensor& images, const PredictionContents& contents,
    AccuracyMeter& meter,
    const std::function<absl::Status(v1::PredictionRecord)>& on_prediction) {
  ASSIGN_OR_RETURN(const Answers answers,
                   Ask(classifier, images, contents.features));
  int64_t row = 0;
  for (const v1::ImageRecord& record : batch.records) {
    const absl::Span<const float> logits = RowOf(answers.logits, row);
    ASSIGN_OR_RETURN(const ScoredImage scored,
                     Annotate(meter.Add(logits, LabelsOf(record)),
                              absl::StrCat("image \"", record.id(), "\"")));
    v1::PredictionRecord prediction = ToPrediction(record, scored);
    if (contents.logits) *prediction.mutable_logits() = ToLogitVector(logits);
    if (contents.features) {
      *prediction.mutable_features() =
          ToHalfFeatures(RowOf(answers.features, row));
    }
    RETURN_IF_ERROR(on_prediction(std::move(prediction)));
    ++row;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PredictShard(absl::Span<const ImageClassifier> classifiers,
                          const RecordSet& images, int64_t shard,
                          const ScoreOptions& options,
                          const PredictionContents& contents,
                          const OnModelPrediction& on_prediction) {
  std::vector<AccuracyMeter> meters;
  for (const ImageClassifier& classifier : classifiers) {
    ASSIGN_OR_RETURN(
        AccuracyMeter meter,
        AccuracyMeter::Create(classifier.num_classes(),
                              images.manifest().dataset().allowed_classes()));
    meters.push_back(std::move(meter));
  }
  const at::Device device = classifiers[0].device();
  ASSIGN_OR_RETURN(
      const std::unique_ptr<ImageBatches> batches,
      ImageBatches::OfShard(images, shard,
                            {.batch_size = options.batch_size,
                             .image_size = classifiers[0].config().image_size,
                             .pinned_memory = device.is_cuda(),
                             .num_threads = options.num_threads}));
  while (true) {
    RETURN_IF_ERROR(CheckNotPreempted());
    ASSIGN_OR_RETURN(const std::optional<ImageBatch> batch, batches->Next());
    if (!batch.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const at::Tensor pixels, CatchTorch([&] {
                       return batch->images.to(device, /*non_blocking=*/true);
                     }));
    for (size_t m = 0; m < classifiers.size(); ++m) {
      RETURN_IF_ERROR(
          PredictBatch(classifiers[m], *batch, pixels, contents, meters[m],
                       [&](v1::PredictionRecord prediction) {
                         return on_prediction(m, std::move(prediction));
                       }));
    }
    if (options.progress != nullptr) {
      options.progress->Add(static_cast<int64_t>(batch->records.size()));
    }
  }
}

absl::StatusOr<AccuracySums> ScoreShard(const ImageClassifier& classifier,
                                        const RecordSet& images, int64_t shard,
                                        const ScoreOptions& options,
                                        const OnPrediction& on_prediction) {
  AccuracySums sums;
  RETURN_IF_ERROR(PredictShard(
      absl::MakeConstSpan(&classifier, 1), images, shard, options, {},
      [&](size_t, const v1::PredictionRecord& prediction) -> absl::Status {
        sums.Merge(SumsOf(prediction));
        return on_prediction == nullptr ? absl::OkStatus()
                                        : on_prediction(prediction);
      }));
  return sums;
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
