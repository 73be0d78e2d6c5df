#include "core/data/image_batches.h"

#include <cstring>
#include <utility>

#include "ATen/ops/empty.h"
#include "absl/strings/str_cat.h"
#include "core/base/ordered_parallel.h"
#include "core/base/status_macros.h"
#include "core/image/record_pixels.h"
#include "core/model/torch_status.h"
#include "core/record/record_reader.h"

namespace maskfill {
namespace {

absl::Status CopyPixels(const Image& image, int64_t size, int64_t row,
                        const at::Tensor& batch) {
  if (image.height != size || image.width != size) {
    return absl::FailedPreconditionError(
        absl::StrCat("found ", image.width, "x", image.height,
                     " pixels, the model takes ", size, "x", size));
  }
  const int64_t bytes = size * size * 3;
  std::memcpy(batch.data_ptr<uint8_t>() + row * bytes, image.pixels.data(),
              bytes);
  return absl::OkStatus();
}

absl::Status CopyMask(const PatchMask& mask, int64_t row,
                      const at::Tensor& batch) {
  if (mask.size() != batch.size(1)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "found a mask of ", mask.size(), " patches, the model has ",
        batch.size(1), "; use counterfactuals of its patch size"));
  }
  bool* const masked = batch.data_ptr<bool>() + row * mask.size();
  for (int64_t patch = 0; patch < mask.size(); ++patch) {
    masked[patch] = mask.masked(patch);
  }
  return absl::OkStatus();
}

absl::Status CopyFeatures(const std::vector<float>& features, int64_t row,
                          const at::Tensor& batch) {
  const auto size = static_cast<int64_t>(features.size());
  if (size != batch.size(1)) {
    return absl::FailedPreconditionError(
        absl::StrCat("found ", size, " features, expected ", batch.size(1)));
  }
  std::memcpy(batch.data_ptr<float>() + row * size, features.data(),
              sizeof(float) * features.size());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ImageBatches>> ImageBatches::OfShard(
    const RecordSet& images, int64_t shard,
    const ImageBatchesOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<RecordReader> opened,
                   images.OpenShard(shard));
  const std::shared_ptr<RecordReader> reader = std::move(opened);
  const int64_t size = options.image_size;
  return std::make_unique<ImageBatches>(
      options, [reader, size]() -> absl::StatusOr<std::optional<ReadRow>> {
        v1::ImageRecord record;
        const absl::Status next = reader->Next(&record);
        if (absl::IsOutOfRange(next)) return std::optional<ReadRow>();
        RETURN_IF_ERROR(next);
        return std::optional<ReadRow>(
            [record = std::move(record),
             size]() mutable -> absl::StatusOr<ImageRow> {
              ImageRow row;
              ASSIGN_OR_RETURN(row.image, PixelsFromRecord(record, size));
              record.clear_payload();
              row.record = std::move(record);
              return row;
            });
      });
}

ImageBatches::ImageBatches(const ImageBatchesOptions& options, RowSource source)
    : options_(options),
      thread_([this, source = std::move(source)] { ReadAll(source); }) {}

ImageBatches::~ImageBatches() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  thread_.join();
}

absl::StatusOr<std::optional<ImageBatch>> ImageBatches::Next() {
  absl::MutexLock lock(&mutex_);
  released_ = given_out_;
  mutex_.Await(absl::Condition(
      +[](ImageBatches* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
        return self->finished_ > self->given_out_ || self->ended_;
      },
      this));
  if (finished_ == given_out_) {
    if (!status_.ok()) return status_;
    return std::optional<ImageBatch>();
  }
  ImageBatch& slot = slots_[given_out_++ % kNumSlots];
  ImageBatch batch;
  batch.records = std::exchange(slot.records, {});
  const int64_t rows = static_cast<int64_t>(batch.records.size());
  batch.positions = std::exchange(slot.positions, {});
  const auto filled = [rows](const at::Tensor& tensor) {
    return tensor.defined() ? tensor.narrow(0, 0, rows) : tensor;
  };
  batch.images = filled(slot.images);
  batch.counterfactuals = filled(slot.counterfactuals);
  batch.masked_patches = filled(slot.masked_patches);
  batch.features = filled(slot.features);
  batch.labels = filled(slot.labels);
  return std::optional<ImageBatch>(std::move(batch));
}

void ImageBatches::ReadAll(const RowSource& source) {
  int64_t rows = 0;
  // LibTorch throws when there is no memory for a batch.
  absl::Status status = CatchTorch([&] {
    return OrderedParallel<ReadRow, ImageRow>(
        ResolveNumThreads(options_.num_threads), source,
        [](ReadRow read) { return read(); },
        [this, &rows](ImageRow row) {
          ++rows;
          return Add(std::move(row));
        });
  });
  absl::MutexLock lock(&mutex_);
  if (status.ok() && rows % options_.batch_size != 0) ++finished_;
  status_ = std::move(status);
  ended_ = true;
}

absl::StatusOr<ImageBatch*> ImageBatches::SlotToFill() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(
      +[](ImageBatches* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
        return self->finished_ < self->released_ + kNumSlots || self->stop_;
      },
      this));
  if (stop_) return absl::CancelledError("no longer wanted");
  return &slots_[finished_ % kNumSlots];
}

absl::Status ImageBatches::Add(ImageRow row) {
  ASSIGN_OR_RETURN(ImageBatch* const slot, SlotToFill());
  if (!slot->labels.defined()) Allocate(*slot);
  const int64_t index = static_cast<int64_t>(slot->records.size());
  RETURN_IF_ERROR(Annotate(CopyRow(row, index, *slot),
                           absl::StrCat("image \"", row.record.id(), "\"")));
  slot->positions.push_back(row.position);
  slot->records.push_back(std::move(row.record));
  if (index + 1 == options_.batch_size) {
    absl::MutexLock lock(&mutex_);
    ++finished_;
  }
  return absl::OkStatus();
}

absl::Status ImageBatches::CopyRow(const ImageRow& row, int64_t index,
                                   ImageBatch& slot) const {
  const int64_t size = options_.image_size;
  if (options_.images) {
    RETURN_IF_ERROR(CopyPixels(row.image, size, index, slot.images));
  }
  if (options_.counterfactuals) {
    RETURN_IF_ERROR(
        CopyPixels(row.counterfactual, size, index, slot.counterfactuals));
  }
  if (options_.num_masked_patches > 0) {
    RETURN_IF_ERROR(CopyMask(row.masked_patches, index, slot.masked_patches));
  }
  if (options_.num_features > 0) {
    RETURN_IF_ERROR(CopyFeatures(row.features, index, slot.features));
  }
  slot.labels.data_ptr<int64_t>()[index] = row.record.label();
  return absl::OkStatus();
}

void ImageBatches::Allocate(ImageBatch& slot) const {
  const int64_t size = options_.image_size;
  const std::array<int64_t, 4> shape = {options_.batch_size, size, size, 3};
  const auto bytes =
      at::TensorOptions(at::kByte).pinned_memory(options_.pinned_memory);
  const int64_t rows = options_.batch_size;
  if (options_.images) slot.images = at::empty(shape, bytes);
  if (options_.counterfactuals) slot.counterfactuals = at::empty(shape, bytes);
  if (options_.num_masked_patches > 0) {
    slot.masked_patches = at::empty({rows, options_.num_masked_patches},
                                    at::TensorOptions(at::kBool));
  }
  if (options_.num_features > 0) {
    slot.features =
        at::empty({rows, options_.num_features}, bytes.dtype(at::kFloat));
  }
  slot.labels = at::empty({rows}, bytes.dtype(at::kLong));
}

}  // namespace maskfill
