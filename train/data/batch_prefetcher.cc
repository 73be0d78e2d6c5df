#include "train/data/batch_prefetcher.h"

#include <algorithm>
#include <utility>

namespace maskfill {

BatchPrefetcher::BatchPrefetcher(const BatchPrefetcherOptions& options,
                                 Fill fill)
    : options_(options),
      num_batches_((options.num_rows + options.batch_size - 1) /
                   options.batch_size),
      fill_(std::move(fill)),
      slots_(options.num_slots) {
  for (int64_t batch = 0; batch < std::min(num_batches_, options_.num_slots);
       ++batch) {
    slots_[batch].missing_rows = RowsOf(batch);
  }
  for (int i = 0; i < options_.num_threads; ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

BatchPrefetcher::~BatchPrefetcher() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

int64_t BatchPrefetcher::RowsOf(int64_t batch) const {
  return std::min(options_.batch_size,
                  options_.num_rows - batch * options_.batch_size);
}

bool BatchPrefetcher::CanClaim() const {
  if (stopping_ || next_row_ == options_.num_rows) return true;
  // The batch before next_batch_ is with the consumer until it asks again.
  const int64_t in_use = std::max<int64_t>(0, next_batch_ - 1);
  return next_row_ / options_.batch_size < in_use + options_.num_slots;
}

void BatchPrefetcher::Work() {
  while (true) {
    int64_t row;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &BatchPrefetcher::CanClaim));
      if (stopping_ || next_row_ == options_.num_rows) return;
      row = next_row_++;
    }
    const int64_t index = row / options_.batch_size % options_.num_slots;
    const absl::Status status = fill_(row, index);
    absl::MutexLock lock(&mutex_);
    Slot& slot = slots_[index];
    if (!status.ok() && (slot.failed_row < 0 || row < slot.failed_row)) {
      slot.failed_row = row;
      slot.status = status;
    }
    --slot.missing_rows;
  }
}

absl::StatusOr<int64_t> BatchPrefetcher::Next() {
  absl::MutexLock lock(&mutex_);
  if (next_batch_ > 0) {
    // The slot given out last is free again, for the batch that comes to lie
    // there.
    Slot& freed = slots_[(next_batch_ - 1) % options_.num_slots];
    const int64_t later = next_batch_ - 1 + options_.num_slots;
    freed = Slot();
    if (later < num_batches_) freed.missing_rows = RowsOf(later);
  }
  if (next_batch_ == num_batches_) {
    return absl::OutOfRangeError("no batch is left");
  }
  const int64_t index = next_batch_++ % options_.num_slots;
  Slot& slot = slots_[index];
  const auto complete = [&slot] { return slot.missing_rows == 0; };
  mutex_.Await(absl::Condition(&complete));
  if (!slot.status.ok()) return slot.status;
  return index;
}

}  // namespace maskfill
