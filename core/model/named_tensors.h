// Tensors by name: how a model's parameters travel between files, models and
// optimisers.
#ifndef MASKFILL_CORE_MODEL_NAMED_TENSORS_H_
#define MASKFILL_CORE_MODEL_NAMED_TENSORS_H_

#include <map>
#include <string>

#include "ATen/core/Tensor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// Ordered by name, so that every loop over it is deterministic.
using NamedTensors = std::map<std::string, at::Tensor>;

// The tensors whose name starts with `prefix`, without it. Shares storage.
NamedTensors SelectPrefix(const NamedTensors& tensors,
                          absl::string_view prefix);

// All tensors under `prefix` + name. Shares storage.
NamedTensors AddPrefix(const NamedTensors& tensors, absl::string_view prefix);

// Floating-point tensors converted to `dtype`, all moved to `device`, detached
// and contiguous. A tensor that already fits shares its storage.
NamedTensors MoveTensors(const NamedTensors& tensors, at::Device device,
                         at::ScalarType dtype);

// Copies that share nothing with `tensors`, on the same devices, detached.
NamedTensors CloneTensors(const NamedTensors& tensors);

// "[8, 3, 224, 224]", for messages.
std::string ShapeText(at::IntArrayRef shape);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_NAMED_TENSORS_H_
