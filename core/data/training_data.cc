#include "core/data/training_data.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "core/base/status_macros.h"
#include "core/image/record_pixels.h"
#include "core/record/manifest.h"

namespace maskfill {

absl::StatusOr<std::unique_ptr<TrainingData>> TrainingData::Open(
    const RecordSet& images, const std::optional<RecordSet>& counterfactuals,
    const TrainingDataOptions& options) {
  std::unique_ptr<TrainingData> data(new TrainingData());
  data->options_ = options;
  if (images.num_records() == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(images.dir(), " holds no image to train on"));
  }
  if (counterfactuals.has_value()) {
    RETURN_IF_ERROR(CheckSameImages(images.manifest(),
                                    counterfactuals->manifest(), images.dir(),
                                    counterfactuals->dir()));
    ASSIGN_OR_RETURN(data->pixels_, CounterfactualImages::Open(*counterfactuals,
                                                               images.dir()));
    const int64_t expected = images.num_records() * data->num_variants();
    if (counterfactuals->num_records() != expected) {
      return absl::FailedPreconditionError(absl::StrCat(
          counterfactuals->dir(), " holds ", counterfactuals->num_records(),
          " counterfactuals, expected ", expected, ", ", data->num_variants(),
          " for each of the ", images.num_records(), " images in ",
          images.dir()));
    }
    ASSIGN_OR_RETURN(data->counterfactuals_,
                     IndexedRecords::Open(*counterfactuals));
  }
  ASSIGN_OR_RETURN(data->images_, IndexedRecords::Open(images));
  data->batch_size_ =
      std::min(options.global_batch_size, data->images_->size());
  return data;
}

absl::StatusOr<ImageRow> TrainingData::Row(int64_t step, int64_t row) const {
  const int64_t epoch = step / steps_per_epoch();
  const Permutation order(options_.seed, "train order", epoch, num_images());
  const int64_t position =
      order.At(step % steps_per_epoch() * batch_size_ + row);
  v1::ImageRecord record;
  RETURN_IF_ERROR(images_->Read(position, &record));
  if (record.label() < 0 || record.label() >= options_.num_classes) {
    return absl::FailedPreconditionError(
        absl::StrCat("image \"", record.id(), "\" has label ", record.label(),
                     ", but the checkpoint's head has ", options_.num_classes,
                     " rows (0 to ", options_.num_classes - 1,
                     "); use a head made for these classes (build_zeroshot)"));
  }
  ImageRow result;
  ASSIGN_OR_RETURN(result.image, PixelsFromRecord(record, options_.image_size));
  if (counterfactuals_ != nullptr) {
    const int64_t place = position * num_variants() + epoch % num_variants();
    v1::CounterfactualRecord counterfactual;
    RETURN_IF_ERROR(counterfactuals_->Read(place, &counterfactual));
    ASSIGN_OR_RETURN(result.counterfactual,
                     pixels_->Pixels(counterfactual, place, record));
  }
  record.clear_payload();
  result.record = std::move(record);
  return result;
}

std::unique_ptr<ImageBatches> TrainingData::Batches(int64_t first_step,
                                                    int64_t end_step,
                                                    int num_threads,
                                                    bool pinned_memory) const {
  const int64_t end_row = (end_step - first_step) * batch_size_;
  auto next_row = std::make_shared<int64_t>(0);
  return std::make_unique<ImageBatches>(
      ImageBatchesOptions{.batch_size = batch_size_,
                          .image_size = options_.image_size,
                          .counterfactuals = counterfactuals_ != nullptr,
                          .pinned_memory = pinned_memory,
                          .num_threads = num_threads},
      [this, first_step, end_row,
       next_row]() -> absl::StatusOr<std::optional<ImageBatches::ReadRow>> {
        if (*next_row == end_row) {
          return std::optional<ImageBatches::ReadRow>();
        }
        const int64_t row = (*next_row)++;
        return std::optional<ImageBatches::ReadRow>([this, first_step, row] {
          return Row(first_step + row / batch_size_, row % batch_size_);
        });
      });
}

}  // namespace maskfill
