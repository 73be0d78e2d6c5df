// A text projection in which all words weigh the same from the start.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_WHITENED_PROJECTION_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_WHITENED_PROJECTION_H_

#include <cstdint>

#include "ATen/core/Tensor.h"

namespace maskfill {

// Captions share most of their words, so a random text tower maps them all to
// almost the same place, and contrastive training soon drops the words that the
// image tower cannot see yet. This is the projection [W, E] of the tower's
// outputs for all captions, `features` [n, W] float32, n > W, E >= W, onto a
// random subspace in which they have mean 0 and the same variance in all
// directions (those that hardly vary excepted). Random numbers from `seed`.
at::Tensor WhitenedProjection(const at::Tensor& features, int64_t embed_dim,
                              uint64_t seed);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_WHITENED_PROJECTION_H_
