#include "train/run/validation.h"

#include "ATen/core/grad_mode.h"
#include "ATen/ops/argmax.h"
#include "ATen/ops/full.h"
#include "ATen/ops/tensor.h"
#include "absl/strings/str_cat.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"
#include "proto/records.pb.h"
#include "train/data/image_batches.h"
#include "train/data/training_data.h"
#include "train/step/autocast_guard.h"

namespace maskfill {
namespace {

// How many rows of `batch` the classifier gets right; `allowed` [A] int64 on
// its device, undefined: all classes.
int64_t CountRight(const ImageClassifier& classifier, const ImageBatch& batch,
                   const at::Tensor& allowed, Precision precision) {
  at::NoGradGuard no_grad;
  AutocastGuard autocast(classifier.device().type(), precision);
  at::Tensor logits = classifier.Logits(classifier.Features(batch.images));
  at::Tensor predicted;
  if (allowed.defined()) {
    predicted =
        allowed.index_select(0, at::argmax(logits.index_select(1, allowed), 1));
  } else {
    predicted = at::argmax(logits, 1);
  }
  return predicted.eq(batch.labels.to(predicted.device()))
      .sum()
      .item<int64_t>();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ValidationSet>> ValidationSet::Open(
    const RecordSet& images, int64_t num_classes) {
  if (images.num_records() == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", images.dir(), "\" holds no image to validate on"));
  }
  RETURN_IF_ERROR(CheckClasses(images, num_classes));
  std::unique_ptr<ValidationSet> set(new ValidationSet());
  for (const int64_t row : images.manifest().dataset().allowed_classes()) {
    if (row < 0 || row >= num_classes) {
      return absl::FailedPreconditionError(absl::StrCat(
          "\"", images.dir(), "\" allows class ", row,
          ", the checkpoint's head has rows 0 to ", num_classes - 1));
    }
    set->allowed_classes_.push_back(row);
  }
  ASSIGN_OR_RETURN(set->images_, IndexedRecords::Open(images));
  return set;
}

absl::StatusOr<double> ValidationSet::Accuracy(
    const ImageClassifier& classifier, const ValidationOptions& options) const {
  const int64_t image_size = classifier.config().image_size;
  ImageBatches batches({.num_rows = num_images(),
                        .batch_size = options.batch_size,
                        .image_size = image_size,
                        .num_threads = options.num_threads},
                       [&](int64_t row) -> absl::StatusOr<ImageRow> {
                         v1::ImageRecord record;
                         RETURN_IF_ERROR(images_->Read(row, &record));
                         return RowFromRecord(record, image_size,
                                              classifier.num_classes());
                       });
  return CatchTorch([&]() -> absl::StatusOr<double> {
    at::Tensor allowed;
    if (!allowed_classes_.empty()) {
      allowed = at::tensor(at::ArrayRef<int64_t>(allowed_classes_), at::kLong)
                    .to(classifier.device());
    }
    int64_t right = 0;
    int64_t seen = 0;
    while (seen < num_images()) {
      RETURN_IF_ERROR(CheckNotPreempted());
      ASSIGN_OR_RETURN(const ImageBatch batch, batches.Next());
      right += CountRight(classifier, batch, allowed, options.precision);
      seen += batch.labels.size(0);
    }
    return static_cast<double>(right) / static_cast<double>(seen);
  });
}

}  // namespace maskfill
