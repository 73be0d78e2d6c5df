// Rows of batches filled on background threads, a bounded number ahead.
#ifndef MASKFILL_TRAIN_DATA_BATCH_PREFETCHER_H_
#define MASKFILL_TRAIN_DATA_BATCH_PREFETCHER_H_

#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace maskfill {

struct BatchPrefetcherOptions {
  int64_t num_rows = 0;    // of all batches together
  int64_t batch_size = 1;  // rows; the last batch may have fewer
  int64_t num_slots = 3;   // >= 2: one with the consumer, the others ahead
  int num_threads = 1;
};

// Calls fill(row, slot) once for every row, from several threads at once, and
// gives the batches out in order. Batch b lies in slot b % num_slots, which
// the caller provides memory for.
//
//   BatchPrefetcher prefetcher(options, [&](int64_t row, int64_t slot) {
//     return Decode(row, buffer[slot] + (row % batch_size) * row_bytes);
//   });
//   ASSIGN_OR_RETURN(int64_t slot, prefetcher.Next());
//
// The outcome does not depend on the number of threads. Next() is for one
// thread.
class BatchPrefetcher {
 public:
  using Fill = std::function<absl::Status(int64_t row, int64_t slot)>;

  BatchPrefetcher(const BatchPrefetcherOptions& options, Fill fill);
  // Stops the threads and waits for them.
  ~BatchPrefetcher();
  BatchPrefetcher(const BatchPrefetcher&) = delete;
  BatchPrefetcher& operator=(const BatchPrefetcher&) = delete;

  // Waits for the next batch and returns its slot, which stays as it is until
  // the next call. The error of its first row that failed; OutOfRange after
  // the last batch.
  absl::StatusOr<int64_t> Next();

 private:
  struct Slot {
    int64_t missing_rows = 0;
    int64_t failed_row = -1;
    absl::Status status;
  };

  void Work();
  bool CanClaim() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  int64_t RowsOf(int64_t batch) const;

  const BatchPrefetcherOptions options_;
  const int64_t num_batches_;
  const Fill fill_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t next_row_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t next_batch_ ABSL_GUARDED_BY(mutex_) = 0;  // that Next() gives out
  std::vector<Slot> slots_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_DATA_BATCH_PREFETCHER_H_
