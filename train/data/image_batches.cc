#include "train/data/image_batches.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "ATen/ops/empty.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

// One with the consumer, two ahead.
constexpr int64_t kNumSlots = 3;

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

}  // namespace

ImageBatches::ImageBatches(const ImageBatchesOptions& options, ReadRow read_row)
    : options_(options), read_row_(std::move(read_row)) {
  const int64_t size = options_.image_size;
  const auto bytes = at::TensorOptions().dtype(at::kByte).pinned_memory(
      options_.pinned_memory);
  for (int64_t i = 0; i < kNumSlots; ++i) {
    ImageBatch slot;
    slot.images = at::empty({options_.batch_size, size, size, 3}, bytes);
    if (options_.counterfactuals) {
      slot.counterfactuals =
          at::empty({options_.batch_size, size, size, 3}, bytes);
    }
    slot.labels = at::empty({options_.batch_size}, bytes.dtype(at::kLong));
    slots_.push_back(std::move(slot));
  }
  prefetcher_ = std::make_unique<BatchPrefetcher>(
      BatchPrefetcherOptions{.num_rows = options_.num_rows,
                             .batch_size = options_.batch_size,
                             .num_slots = kNumSlots,
                             .num_threads = options_.num_threads},
      [this](int64_t row, int64_t slot) { return Fill(row, slot); });
}

absl::Status ImageBatches::Fill(int64_t row, int64_t slot) {
  ASSIGN_OR_RETURN(const ImageRow read, read_row_(row));
  const int64_t index = row % options_.batch_size;
  const ImageBatch& batch = slots_[slot];
  RETURN_IF_ERROR(
      CopyPixels(read.image, options_.image_size, index, batch.images));
  if (options_.counterfactuals) {
    RETURN_IF_ERROR(CopyPixels(read.counterfactual, options_.image_size, index,
                               batch.counterfactuals));
  }
  batch.labels.data_ptr<int64_t>()[index] = read.label;
  return absl::OkStatus();
}

absl::StatusOr<ImageBatch> ImageBatches::Next() {
  ASSIGN_OR_RETURN(const int64_t slot, prefetcher_->Next());
  const int64_t rows =
      std::min(options_.batch_size,
               options_.num_rows - next_batch_ * options_.batch_size);
  ++next_batch_;
  ImageBatch batch = slots_[slot];
  if (rows < options_.batch_size) {
    batch.images = batch.images.narrow(0, 0, rows);
    batch.labels = batch.labels.narrow(0, 0, rows);
    if (options_.counterfactuals) {
      batch.counterfactuals = batch.counterfactuals.narrow(0, 0, rows);
    }
  }
  return batch;
}

}  // namespace maskfill
