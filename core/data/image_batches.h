// Records to uint8 batches that a model takes.
#ifndef MASKFILL_CORE_DATA_IMAGE_BATCHES_H_
#define MASKFILL_CORE_DATA_IMAGE_BATCHES_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/image/image.h"
#include "core/image/patch_mask.h"
#include "core/record/record_set.h"
#include "proto/records.pb.h"

namespace maskfill {

// A batch on the CPU. What ImageBatchesOptions does not ask for is undefined.
struct ImageBatch {
  at::Tensor images;           // [N, S, S, 3] uint8
  at::Tensor counterfactuals;  // [N, S, S, 3] uint8: x_cf of each image
  // [N, P] bool: the patches that x_cf lacks where they were not refilled.
  at::Tensor masked_patches;
  // [N, E] float32: what a frozen tower makes of x_cf where there is one, else
  // of the image.
  at::Tensor features;
  at::Tensor labels;  // [N] int64
  // [N] int64: which of the classes' prompts goes with each image, where a
  // training contrasts them; it adds them itself.
  at::Tensor prompts;
  std::vector<v1::ImageRecord> records;  // N, without their payload
  std::vector<int64_t> positions;        // N, in the set, where rows tell them
};

// One row of a batch.
struct ImageRow {
  v1::ImageRecord record;  // without its payload
  int64_t position = 0;    // of the record in its set
  Image image;
  // Left empty where there are none.
  Image counterfactual;
  PatchMask masked_patches;
  std::vector<float> features;
};

struct ImageBatchesOptions {
  int64_t batch_size = 64;
  int64_t image_size = 224;  // px
  bool images = true;
  bool counterfactuals = false;
  int64_t num_masked_patches = 0;  // P; 0: no masks
  int64_t num_features = 0;        // E; 0: no features
  // Page-locked memory, from which copies to a GPU run beside its work.
  bool pinned_memory = false;
  int num_threads = 0;  // that read and decode; 0: all cores
};

// Assembles batches ahead of their use: rows are read and decoded on
// background threads, two batches wait at most. The batches do not depend on
// the number of threads.
//
//   ASSIGN_OR_RETURN(auto batches, ImageBatches::OfShard(images, 0, options));
//   while (true) {
//     ASSIGN_OR_RETURN(auto batch, batches->Next());
//     if (!batch.has_value()) break;
//     ...
//   }
//
// One thread at a time.
class ImageBatches {
 public:
  // Reads one row; called once, beside others.
  using ReadRow = std::function<absl::StatusOr<ImageRow>()>;
  // What reads the next row; nothing at the end. Called for one row after
  // another.
  using RowSource = std::function<absl::StatusOr<std::optional<ReadRow>>()>;

  // The images of a shard in order, held against the manifest at its end.
  static absl::StatusOr<std::unique_ptr<ImageBatches>> OfShard(
      const RecordSet& images, int64_t shard,
      const ImageBatchesOptions& options);

  ImageBatches(const ImageBatchesOptions& options, RowSource source);
  // Stops reading.
  ~ImageBatches();
  ImageBatches(const ImageBatches&) = delete;
  ImageBatches& operator=(const ImageBatches&) = delete;

  // The next batch, only the last one smaller than batch_size; nothing at the
  // end. Its tensors stay as they are until the next call. A row that cannot
  // be read is its error, after the full batches before it.
  absl::StatusOr<std::optional<ImageBatch>> Next();

 private:
  // One with the consumer, two ahead.
  static constexpr int64_t kNumSlots = 3;

  void ReadAll(const RowSource& source);
  absl::Status Add(ImageRow row);
  // Waits until there is one.
  absl::StatusOr<ImageBatch*> SlotToFill();
  void Allocate(ImageBatch& slot) const;
  // Copies all of `row` but the record to row `index` of `slot`.
  absl::Status CopyRow(const ImageRow& row, int64_t index,
                       ImageBatch& slot) const;

  const ImageBatchesOptions options_;
  // Batch b lies in slot b % kNumSlots: the reading thread's until it is
  // finished, then the consumer's until it is released. A free slot has no
  // records.
  std::array<ImageBatch, kNumSlots> slots_;
  absl::Mutex mutex_;
  // Numbers of batches.
  int64_t finished_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t given_out_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t released_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_DATA_IMAGE_BATCHES_H_
