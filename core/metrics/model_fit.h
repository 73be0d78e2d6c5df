// Whether an image set is one that a model can be asked about.
#ifndef MASKFILL_CORE_METRICS_MODEL_FIT_H_
#define MASKFILL_CORE_METRICS_MODEL_FIT_H_

#include "absl/status/status.h"
#include "core/model/model_config.h"
#include "core/record/record_set.h"

namespace maskfill {

// For every program that holds labels against a head, before it looks at an
// image. FailedPrecondition when the model has no head, the set has another
// number of classes than the head has rows or calls them otherwise
// (CheckClassNames), its pixels are preprocessed to another size, or one of its
// allowed classes is no row of the head. A set that names no classes or no size
// fits any.
absl::Status CheckFitsModel(const RecordSet& images, const ModelConfig& config);

// The part of it that asks no class: FailedPrecondition when the set's pixels
// are preprocessed to another size.
absl::Status CheckFitsImageSize(const RecordSet& images,
                                const ModelConfig& config);

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_MODEL_FIT_H_
