// A look at what a training distils on.
#ifndef MASKFILL_TRAIN_COUNTERFACTUAL_SHEET_H_
#define MASKFILL_TRAIN_COUNTERFACTUAL_SHEET_H_

#include "core/data/image_batches.h"
#include "core/image/image.h"

namespace maskfill {

// The first eight images of `batch` side by side, below each its
// counterfactual. The batch has some.
Image CounterfactualSheet(const ImageBatch& batch);

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_COUNTERFACTUAL_SHEET_H_
