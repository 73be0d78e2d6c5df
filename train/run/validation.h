// Top-1 accuracy of the student between epochs.
#ifndef MASKFILL_TRAIN_RUN_VALIDATION_H_
#define MASKFILL_TRAIN_RUN_VALIDATION_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/model/device.h"
#include "core/model/image_classifier.h"
#include "core/record/indexed_records.h"
#include "core/record/record_set.h"

namespace maskfill {

struct ValidationOptions {
  int64_t batch_size = 64;                 // images per forward pass
  Precision precision = Precision::kFp32;  // kBf16: autocast, as in training
  int num_threads = 1;                     // that decode
};

// A held-out image set. Thread-safe.
class ValidationSet {
 public:
  // FailedPrecondition when it is empty or its classes do not fit a head with
  // `num_classes` rows.
  static absl::StatusOr<std::unique_ptr<ValidationSet>> Open(
      const RecordSet& images, int64_t num_classes);

  // Share in [0, 1] of the images whose label has the greatest logit among the
  // set's allowed classes (all, when it names none). Cancelled when the
  // process is told to stop.
  absl::StatusOr<double> Accuracy(const ImageClassifier& classifier,
                                  const ValidationOptions& options) const;

  int64_t num_images() const { return images_->size(); }

 private:
  ValidationSet() = default;

  std::unique_ptr<IndexedRecords> images_;
  std::vector<int64_t> allowed_classes_;
};

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_RUN_VALIDATION_H_
