// Random weights to start pre-training from.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_CLIP_INITIALISATION_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_CLIP_INITIALISATION_H_

#include <cstdint>

#include "core/model/model_config.h"
#include "core/model/named_tensors.h"

namespace maskfill {

// The small CLIP of the benchmark: patch 8 on 56 px (the 7 x 7 token grid of
// ViT-B/32), width 96, 4 layers, 3 heads; a text tower of width 32, 3 layers,
// 2 heads over `vocab_size` tokens; joint space of 64.
ModelConfig SmallClipConfig(int64_t vocab_size);

// Float32 weights on the CPU for a configuration with two towers, by the rules
// of CLIP's initialize_parameters but for larger token embeddings; each tensor
// is drawn from (seed, its name), so equal arguments give equal weights on any
// machine.
NamedTensors InitialClipWeights(const ModelConfig& config, uint64_t seed);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_CLIP_INITIALISATION_H_
