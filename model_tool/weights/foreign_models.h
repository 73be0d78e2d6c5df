// Models that are no CLIP ViT as this toolkit runs it.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_FOREIGN_MODELS_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_FOREIGN_MODELS_H_

#include <string>

#include "core/model/named_tensors.h"

namespace maskfill {

// Which model the names of `tensors` give away, and what to do: "is one of
// timm's ViTs ...; expected ...". Empty when they are none of those known.
std::string DescribeForeignModel(const NamedTensors& tensors);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_FOREIGN_MODELS_H_
