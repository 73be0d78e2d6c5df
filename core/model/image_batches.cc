#include "core/model/image_batches.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "ATen/ops/empty.h"
#include "core/base/status_macros.h"
#include "core/image/image.h"
#include "core/image/record_pixels.h"
#include "core/stage/ordered_parallel.h"

namespace maskfill {
namespace {

// Batches that wait to be used.
constexpr size_t kReadyBatches = 2;

}  // namespace

struct ImageBatchReader::DecodedImage {
  v1::ImageRecord record;
  Image image;
};

ImageBatchReader::ImageBatchReader(std::unique_ptr<RecordReader> reader,
                                   const ImageBatchOptions& options)
    : options_(options),
      thread_([this, owned = std::move(reader)] { ReadAll(owned.get()); }) {}

ImageBatchReader::~ImageBatchReader() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  thread_.join();
}

absl::StatusOr<std::optional<ImageBatch>> ImageBatchReader::Next() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(
      +[](ImageBatchReader* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
        return !self->ready_.empty() || self->ended_;
      },
      this));
  if (ready_.empty()) {
    if (!status_.ok()) return status_;
    return std::optional<ImageBatch>();
  }
  std::optional<ImageBatch> batch = std::move(ready_.front());
  ready_.pop_front();
  return batch;
}

void ImageBatchReader::ReadAll(RecordReader* reader) {
  absl::Status status = OrderedParallel<v1::ImageRecord, DecodedImage>(
      ResolveNumThreads(options_.num_threads),
      [&]() -> absl::StatusOr<std::optional<v1::ImageRecord>> {
        v1::ImageRecord record;
        const absl::Status next = reader->Next(&record);
        if (absl::IsOutOfRange(next)) return std::nullopt;
        RETURN_IF_ERROR(next);
        return std::optional<v1::ImageRecord>(std::move(record));
      },
      [&](v1::ImageRecord record) -> absl::StatusOr<DecodedImage> {
        DecodedImage decoded;
        ASSIGN_OR_RETURN(decoded.image,
                         PixelsFromRecord(record, options_.image_size));
        record.clear_payload();
        decoded.record = std::move(record);
        return decoded;
      },
      [&](DecodedImage image) { return Add(std::move(image)); });
  if (status.ok() && !filling_.records.empty()) status = FinishBatch();
  absl::MutexLock lock(&mutex_);
  status_ = std::move(status);
  ended_ = true;
}

absl::Status ImageBatchReader::Add(DecodedImage image) {
  const int64_t size = options_.image_size;
  if (filling_.records.empty()) {
    filling_.pixels =
        at::empty({options_.batch_size, size, size, 3}, at::kByte);
  }
  const int64_t bytes = size * size * 3;
  std::copy_n(image.image.pixels.data(), bytes,
              filling_.pixels.data_ptr<uint8_t>() +
                  static_cast<int64_t>(filling_.records.size()) * bytes);
  filling_.records.push_back(std::move(image.record));
  if (static_cast<int64_t>(filling_.records.size()) < options_.batch_size) {
    return absl::OkStatus();
  }
  return FinishBatch();
}

absl::Status ImageBatchReader::FinishBatch() {
  filling_.pixels = filling_.pixels.narrow(
      0, 0, static_cast<int64_t>(filling_.records.size()));
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(
      +[](ImageBatchReader* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
        return self->ready_.size() < kReadyBatches || self->stop_;
      },
      this));
  if (stop_) return absl::CancelledError("no longer wanted");
  ready_.push_back(std::exchange(filling_, {}));
  return absl::OkStatus();
}

}  // namespace maskfill
