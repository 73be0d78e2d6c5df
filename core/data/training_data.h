// Which images make up which training batch.
#ifndef MASKFILL_CORE_DATA_TRAINING_DATA_H_
#define MASKFILL_CORE_DATA_TRAINING_DATA_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/data/counterfactual_images.h"
#include "core/data/feature_reader.h"
#include "core/data/image_batches.h"
#include "core/masking/donor_images.h"
#include "core/record/indexed_records.h"
#include "core/record/record_set.h"

namespace maskfill {

struct TrainingDataOptions {
  int64_t image_size = 0;   // px
  int64_t num_patches = 0;  // of the model, for patches that are dropped
  int64_t num_classes = 0;  // rows of the head
  bool images = true;       // false: labels and features alone are wanted
  int64_t global_batch_size = 512;
  uint64_t seed = 0;
};

// Image shards, and for distillation on counterfactuals their shards, as the
// batches of optimiser steps.
//
// Every epoch takes the images in the order Permutation(seed, "train order",
// epoch, n), in whole batches: what is left over at its end is not used in
// this epoch, as floor(1,270,927 / 512) = 2,482 steps in the recipe (another
// order leaves out others). A set smaller than one batch is one batch. Epoch e
// takes counterfactual variant e % variants, as pixels, or where patches were
// dropped as masked_patches. So step k's batch is a pure function of the
// options and k. Thread-safe.
class TrainingData {
 public:
  // `counterfactuals`: absent, or made from exactly these images by mask_tool,
  // as pixels or as recipes; else FailedPrecondition. `features`: null, or of
  // the counterfactuals where there are some, else of the images. `images` must
  // not be empty (FailedPrecondition). Whether they fit a model:
  // CheckFitsModel.
  static absl::StatusOr<std::unique_ptr<TrainingData>> Open(
      const RecordSet& images, const std::optional<RecordSet>& counterfactuals,
      const TrainingDataOptions& options,
      std::shared_ptr<const FeatureReader> features = nullptr);

  int64_t num_images() const { return images_->size(); }
  // Variants per image; 0 without counterfactuals.
  int64_t num_variants() const {
    return pixels_ == nullptr ? 0 : pixels_->num_variants();
  }
  // Images per optimiser step.
  int64_t batch_size() const { return batch_size_; }
  int64_t steps_per_epoch() const { return num_images() / batch_size_; }

  // Row `row` of the batch of step `step`. Errors name the record;
  // FailedPrecondition for a label outside of the head, DataLoss when image
  // and counterfactual are not of one id or a recipe is not what was drawn.
  absl::StatusOr<ImageRow> Row(int64_t step, int64_t row) const;

  // Slice `part` of `num_parts` of the batches of steps [first_step, end_step),
  // assembled ahead. The slices of a batch are of equal size, but for one row,
  // and in order; none is empty: num_parts <= batch_size().
  std::unique_ptr<ImageBatches> Batches(int64_t first_step, int64_t end_step,
                                        int num_threads, bool pinned_memory,
                                        int64_t part = 0,
                                        int64_t num_parts = 1) const;

 private:
  TrainingData() = default;
  absl::Status OpenCounterfactuals(const RecordSet& images,
                                   const RecordSet& counterfactuals);
  // Adds to `row`, whose record is that at `position`; `record` has the payload
  // too. The counterfactual is at `place` in its set.
  absl::Status AddCounterfactual(const v1::ImageRecord& record, int64_t place,
                                 ImageRow* row) const;

  TrainingDataOptions options_;
  std::unique_ptr<IndexedRecords> images_;
  std::unique_ptr<DonorPool> labels_;  // where images are not wanted
  std::shared_ptr<const FeatureReader> features_;    // may be null
  std::unique_ptr<IndexedRecords> counterfactuals_;  // may be null
  std::unique_ptr<CounterfactualImages> pixels_;     // of those
  int64_t batch_size_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_DATA_TRAINING_DATA_H_
