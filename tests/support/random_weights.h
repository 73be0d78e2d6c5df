// Weights that no training has touched: for tests, benchmarks and trial runs.
#ifndef MASKFILL_TESTS_SUPPORT_RANDOM_WEIGHTS_H_
#define MASKFILL_TESTS_SUPPORT_RANDOM_WEIGHTS_H_

#include <cstdint>

#include "core/model/model_config.h"
#include "core/model/named_tensors.h"

namespace maskfill {

// Every tensor of ExpectedShapes(config) in float32 on the CPU, drawn as CLIP
// initialises them (Radford et al. 2021, model.py: deviations by width and
// depth; layer norms 1 and 0), but with small random biases. The same for the
// same config and seed within one version of LibTorch.
NamedTensors RandomWeights(const ModelConfig& config, uint64_t seed);

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_RANDOM_WEIGHTS_H_
