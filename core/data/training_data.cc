#include "core/data/training_data.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "core/base/status_macros.h"
#include "core/image/record_pixels.h"
#include "core/record/manifest.h"
#include "glog/logging.h"

namespace maskfill {

absl::StatusOr<std::unique_ptr<TrainingData>> TrainingData::Open(
    const RecordSet& images, const std::optional<RecordSet>& counterfactuals,
    const TrainingDataOptions& options,
    std::shared_ptr<const FeatureReader> features) {
  std::unique_ptr<TrainingData> data(new TrainingData());
  data->options_ = options;
  data->features_ = std::move(features);
  if (images.num_records() == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(images.dir(), " holds no image to train on"));
  }
  if (counterfactuals.has_value()) {
    RETURN_IF_ERROR(data->OpenCounterfactuals(images, *counterfactuals));
  }
  ASSIGN_OR_RETURN(data->images_, IndexedRecords::Open(images));
  if (!options.images) {
    ASSIGN_OR_RETURN(data->labels_, DonorImages::Open(images, {}));
  }
  data->batch_size_ =
      std::min(options.global_batch_size, data->images_->size());
  return data;
}

absl::Status TrainingData::OpenCounterfactuals(
    const RecordSet& images, const RecordSet& counterfactuals) {
  RETURN_IF_ERROR(CheckSameImages(images.manifest(), counterfactuals.manifest(),
                                  images.dir(), counterfactuals.dir()));
  ASSIGN_OR_RETURN(pixels_,
                   CounterfactualImages::Open(counterfactuals, images.dir()));
  const int64_t expected = images.num_records() * num_variants();
  if (counterfactuals.num_records() != expected) {
    return absl::FailedPreconditionError(absl::StrCat(
        counterfactuals.dir(), " holds ", counterfactuals.num_records(),
        " counterfactuals, expected ", expected, ", ", num_variants(),
        " for each of the ", images.num_records(), " images in ",
        images.dir()));
  }
  ASSIGN_OR_RETURN(counterfactuals_, IndexedRecords::Open(counterfactuals));
  return absl::OkStatus();
}

absl::Status TrainingData::AddCounterfactual(const v1::ImageRecord& record,
                                             int64_t place,
                                             ImageRow* row) const {
  v1::CounterfactualRecord counterfactual;
  RETURN_IF_ERROR(counterfactuals_->Read(place, &counterfactual));
  if (pixels_->drops_patches()) {
    ASSIGN_OR_RETURN(
        row->masked_patches,
        pixels_->MaskedPatches(counterfactual, place, record.id()));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(row->counterfactual,
                   pixels_->Pixels(counterfactual, place, record));
  return absl::OkStatus();
}

absl::StatusOr<ImageRow> TrainingData::Row(int64_t step, int64_t row) const {
  const int64_t epoch = step / steps_per_epoch();
  const Permutation order(options_.seed, "train order", epoch, num_images());
  ImageRow result;
  result.position = order.At(step % steps_per_epoch() * batch_size_ + row);
  v1::ImageRecord record;
  if (options_.images) {
    RETURN_IF_ERROR(images_->Read(result.position, &record));
  } else {
    ASSIGN_OR_RETURN(const Donor image, labels_->Get(result.position));
    record.set_id(image.id);
    record.set_label(image.labels[0]);
  }
  if (record.label() < 0 || record.label() >= options_.num_classes) {
    return absl::FailedPreconditionError(
        absl::StrCat("image \"", record.id(), "\" has label ", record.label(),
                     ", but the checkpoint's head has ", options_.num_classes,
                     " rows (0 to ", options_.num_classes - 1,
                     "); use a head made for these classes (build_zeroshot)"));
  }
  if (options_.images) {
    ASSIGN_OR_RETURN(result.image,
                     PixelsFromRecord(record, options_.image_size));
  }
  const int64_t variants = std::max<int64_t>(num_variants(), 1);
  const int64_t variant = epoch % variants;
  const int64_t place = result.position * variants + variant;
  if (counterfactuals_ != nullptr) {
    RETURN_IF_ERROR(AddCounterfactual(record, place, &result));
  }
  if (features_ != nullptr) {
    ASSIGN_OR_RETURN(result.features,
                     features_->Read(place, record.id(), variant));
  }
  record.clear_payload();
  result.record = std::move(record);
  return result;
}

std::unique_ptr<ImageBatches> TrainingData::Batches(
    int64_t first_step, int64_t end_step, int num_threads, bool pinned_memory,
    int64_t part, int64_t num_parts) const {
  const bool dropped = pixels_ != nullptr && pixels_->drops_patches();
  const int64_t first = part * batch_size_ / num_parts;
  const int64_t rows = (part + 1) * batch_size_ / num_parts - first;
  CHECK_GT(rows, 0);
  const int64_t end_row = (end_step - first_step) * rows;
  auto next_row = std::make_shared<int64_t>(0);
  return std::make_unique<ImageBatches>(
      ImageBatchesOptions{
          .batch_size = rows,
          .image_size = options_.image_size,
          .images = options_.images,
          .counterfactuals = pixels_ != nullptr && !dropped,
          .num_masked_patches = dropped ? options_.num_patches : 0,
          .num_features = features_ != nullptr ? features_->num_features() : 0,
          .pinned_memory = pinned_memory,
          .num_threads = num_threads},
      [this, first_step, first, rows, end_row,
       next_row]() -> absl::StatusOr<std::optional<ImageBatches::ReadRow>> {
        if (*next_row == end_row) {
          return std::optional<ImageBatches::ReadRow>();
        }
        const int64_t row = (*next_row)++;
        return std::optional<ImageBatches::ReadRow>(
            [this, step = first_step + row / rows, row = first + row % rows] {
              return Row(step, row);
            });
      });
}

}  // namespace maskfill
