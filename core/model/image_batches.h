// The images of a shard as batches of pixels, decoded ahead of their use.
#ifndef MASKFILL_CORE_MODEL_IMAGE_BATCHES_H_
#define MASKFILL_CORE_MODEL_IMAGE_BATCHES_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/record/record_reader.h"
#include "proto/records.pb.h"

namespace maskfill {

struct ImageBatchOptions {
  int64_t batch_size = 64;
  int64_t image_size = 224;  // px
  int num_threads = 0;       // that decode; 0: all cores
};

struct ImageBatch {
  // Without their payload.
  std::vector<v1::ImageRecord> records;
  at::Tensor pixels;  // [N, S, S, 3] uint8 on the CPU, N = records.size()
};

// Reads one shard from its beginning to its end. While a batch is in use the
// next two are read and decoded by other threads; memory is bounded by that.
// The batches do not depend on the number of threads.
//
//   ASSIGN_OR_RETURN(auto reader, images.OpenShard(shard));
//   ImageBatchReader batches(std::move(reader), options);
//   while (true) {
//     ASSIGN_OR_RETURN(auto batch, batches.Next());
//     if (!batch.has_value()) break;
//     ...
//   }
//
// One thread at a time.
class ImageBatchReader {
 public:
  ImageBatchReader(std::unique_ptr<RecordReader> reader,
                   const ImageBatchOptions& options);
  // Stops reading.
  ~ImageBatchReader();
  ImageBatchReader(const ImageBatchReader&) = delete;
  ImageBatchReader& operator=(const ImageBatchReader&) = delete;

  // The next batch, only the last one smaller than batch_size; nothing at the
  // end. An image that cannot be used is its error (PixelsFromRecord's), after
  // the full batches before it.
  absl::StatusOr<std::optional<ImageBatch>> Next();

 private:
  struct DecodedImage;

  void ReadAll(RecordReader* reader);
  absl::Status Add(DecodedImage image);
  absl::Status FinishBatch();

  const ImageBatchOptions options_;
  ImageBatch filling_;  // of the reading thread
  absl::Mutex mutex_;
  std::deque<ImageBatch> ready_ ABSL_GUARDED_BY(mutex_);
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_IMAGE_BATCHES_H_
