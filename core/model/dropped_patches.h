// An image without some of its patches, as a tower sees it.
#ifndef MASKFILL_CORE_MODEL_DROPPED_PATCHES_H_
#define MASKFILL_CORE_MODEL_DROPPED_PATCHES_H_

#include "ATen/core/Tensor.h"
#include "core/model/vision_transformer.h"

namespace maskfill {

// Options by which VisionTransformer::Encode sees none of the patches that
// `masked` [N, P] bool (on the CPU) is true for. Where all images lose equally
// many, the others alone become tokens (He et al., "Masked Autoencoders Are
// Scalable Vision Learners", CVPR 2022). Else as many tokens stay as the image
// that keeps most has, and those beyond an image's own are no keys in any
// layer. Both give the class token the same value: what is no key in any layer
// reaches no other token, so that there is no second rule to choose; only
// rounding differs. An image may lose all patches.
EncodeOptions WithoutPatches(const at::Tensor& masked);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_DROPPED_PATCHES_H_
