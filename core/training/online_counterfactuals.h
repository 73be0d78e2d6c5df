// Counterfactuals that follow the student: made anew for every step.
#ifndef MASKFILL_CORE_TRAINING_ONLINE_COUNTERFACTUALS_H_
#define MASKFILL_CORE_TRAINING_ONLINE_COUNTERFACTUALS_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/data/image_batches.h"
#include "core/image/image.h"
#include "core/image/patch_grid.h"
#include "core/masking/counterfactual.h"
#include "core/masking/counterfactual_options.h"
#include "core/model/image_classifier.h"
#include "core/record/record_set.h"

namespace maskfill {

struct OnlineCounterfactualsOptions {
  // Image and patch size are the student's; variants, payload and mean colour
  // are not looked at.
  CounterfactualOptions counterfactual;
  int64_t micro_batch_size = 0;  // images per pass for CAMs; 0: all
  int num_threads = 1;           // that refill
};

// What the method's reference does: transformer attribution by the student's
// present weights (in float32) for the true label, all layers; masks, donors
// and refill as mask_tool makes variant e of the same seed, in epoch e. So with
// a student that does not change they are those that cam_tool and mask_tool
// cache.
//
//   ASSIGN_OR_RETURN(auto online, OnlineCounterfactuals::Open(...));
//   RETURN_IF_ERROR(online->AddTo(trainer->student(), epoch, &batch));
//   RETURN_IF_ERROR(trainer->Step(batch).status());
class OnlineCounterfactuals {
 public:
  // `images`, `pool`: as of CounterfactualMaker::Open. For --fill=mean reads
  // all of them.
  static absl::StatusOr<std::unique_ptr<OnlineCounterfactuals>> Open(
      const RecordSet& images, const std::optional<RecordSet>& pool,
      const OnlineCounterfactualsOptions& options);

  // Gives `batch`, which has images, records and positions, counterfactuals, or
  // masked_patches where they are dropped. With donors of the batch
  // FailedPrecondition when it is one image; errors of reading donors.
  absl::Status AddTo(const ImageClassifier& student, int64_t epoch,
                     ImageBatch* batch) const;

 private:
  OnlineCounterfactuals(const OnlineCounterfactualsOptions& options,
                        const PatchGrid& grid)
      : options_(options), grid_(grid) {}

  // [N, P] float32 on the CPU, of masks that take relevance.
  at::Tensor Relevance(const ImageClassifier& student,
                       const ImageBatch& batch) const;
  absl::StatusOr<std::shared_ptr<const CounterfactualMaker>> MakerFor(
      const ImageBatch& batch) const;
  // Those of a batch whose relevance is known.
  absl::Status Refill(const CounterfactualMaker& maker,
                      const at::Tensor& relevance, int64_t epoch,
                      ImageBatch* batch) const;
  Image ImageOf(const ImageBatch& batch, int64_t row) const;

  OnlineCounterfactualsOptions options_;
  const PatchGrid grid_;
  std::shared_ptr<const CounterfactualMaker> maker_;  // null: one per batch
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_ONLINE_COUNTERFACTUALS_H_
