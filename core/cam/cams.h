// What every kind of class activation map gives, and what those that explain a
// class have in common.
#ifndef MASKFILL_CORE_CAM_CAMS_H_
#define MASKFILL_CORE_CAM_CAMS_H_

#include "ATen/core/Tensor.h"
#include "core/model/image_classifier.h"

namespace maskfill {

// Maps of N images.
struct Cams {
  at::Tensor relevance;      // [N, P] float32: divided by max_relevance + 1e-8
  at::Tensor max_relevance;  // [N] float32, the divisor without the 1e-8; a map
                             // that is 0 everywhere is degenerate: it is 0 here
  at::Tensor targets;        // [N] int64, explained classes; undefined: none
  at::Tensor logits;  // [N, K] float32; undefined where no class is explained
};

// Fills relevance and max_relevance from `patches` [N, P] float32, which are 0
// or above.
void SetRelevance(const at::Tensor& patches, Cams* cams);

// Fills logits and targets, and returns the sum [] of the targets' logits,
// whose gradient is each image's own since images do not depend on each other.
// `targets` [N] int64, or undefined for the predicted class (lowest index among
// equals).
at::Tensor ExplainedLogits(const at::Tensor& logits, const at::Tensor& targets,
                           Cams* cams);

// A classifier with the same values that asks for no parameter gradients.
ImageClassifier WithoutParameterGradients(const ImageClassifier& classifier);

}  // namespace maskfill

#endif  // MASKFILL_CORE_CAM_CAMS_H_
