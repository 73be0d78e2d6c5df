// A random model small enough for unit tests.
#ifndef MASKFILL_TESTS_SUPPORT_TINY_MODEL_H_
#define MASKFILL_TESTS_SUPPORT_TINY_MODEL_H_

#include <cstdint>

#include "core/model/model_config.h"
#include "core/model/named_tensors.h"

namespace maskfill {

// 16 px images, 8 px patches, width 16, 2 heads, 2 layers, embed 8, no text
// tower; a head with `num_classes` rows.
ModelConfig TinyModelConfig(int64_t num_classes);

// Float32 weights on the CPU for any configuration, the same for equal seeds.
NamedTensors TinyModelTensors(const ModelConfig& config, uint64_t seed);

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TINY_MODEL_H_
