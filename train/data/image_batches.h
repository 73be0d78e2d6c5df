// Records to uint8 batches that a model takes.
#ifndef MASKFILL_TRAIN_DATA_IMAGE_BATCHES_H_
#define MASKFILL_TRAIN_DATA_IMAGE_BATCHES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/image/image.h"
#include "train/data/batch_prefetcher.h"

namespace maskfill {

// A batch on the CPU.
struct ImageBatch {
  at::Tensor images;  // [N, S, S, 3] uint8
  // [N, S, S, 3] uint8: x_cf of each image; undefined where there is none.
  at::Tensor counterfactuals;
  at::Tensor labels;  // [N] int64
};

// One row of a batch.
struct ImageRow {
  Image image;
  Image counterfactual;  // left empty where there is none
  int64_t label = 0;
};

struct ImageBatchesOptions {
  int64_t num_rows = 0;
  int64_t batch_size = 1;
  int64_t image_size = 0;  // px
  bool counterfactuals = false;
  // Page-locked memory, from which copies to a GPU run beside its work.
  bool pinned_memory = false;
  int num_threads = 1;
};

// Assembles batches ahead of their use on background threads; two batches
// wait at most.
//
//   ImageBatches batches(options, [&](int64_t row) { return ReadRow(row); });
//   ASSIGN_OR_RETURN(ImageBatch batch, batches.Next());
//
// For one thread.
class ImageBatches {
 public:
  // Called once for every row in [0, num_rows), from several threads at once.
  using ReadRow = std::function<absl::StatusOr<ImageRow>(int64_t row)>;

  ImageBatches(const ImageBatchesOptions& options, ReadRow read_row);

  // The next batch, whose tensors stay as they are until the next call; the
  // last one may have fewer rows. The error of its first row that could not be
  // read; OutOfRange at the end.
  absl::StatusOr<ImageBatch> Next();

 private:
  absl::Status Fill(int64_t row, int64_t slot);

  const ImageBatchesOptions options_;
  const ReadRow read_row_;
  std::vector<ImageBatch> slots_;
  int64_t next_batch_ = 0;
  // Last: its threads write into the slots.
  std::unique_ptr<BatchPrefetcher> prefetcher_;
};

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_DATA_IMAGE_BATCHES_H_
