#include "core/model/named_tensors.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace maskfill {

NamedTensors SelectPrefix(const NamedTensors& tensors,
                          absl::string_view prefix) {
  NamedTensors selected;
  for (const auto& [name, tensor] : tensors) {
    if (absl::StartsWith(name, prefix)) {
      selected.emplace(name.substr(prefix.size()), tensor);
    }
  }
  return selected;
}

NamedTensors AddPrefix(const NamedTensors& tensors, absl::string_view prefix) {
  NamedTensors renamed;
  for (const auto& [name, tensor] : tensors) {
    renamed.emplace(absl::StrCat(prefix, name), tensor);
  }
  return renamed;
}

NamedTensors MoveTensors(const NamedTensors& tensors, at::Device device,
                         at::ScalarType dtype) {
  NamedTensors moved;
  for (const auto& [name, tensor] : tensors) {
    const at::ScalarType target =
        tensor.is_floating_point() ? dtype : tensor.scalar_type();
    moved.emplace(name, tensor.detach().to(device, target).contiguous());
  }
  return moved;
}

NamedTensors CloneTensors(const NamedTensors& tensors) {
  NamedTensors copies;
  for (const auto& [name, tensor] : tensors) {
    copies.emplace(name, tensor.detach().clone(at::MemoryFormat::Contiguous));
  }
  return copies;
}

std::string ShapeText(at::IntArrayRef shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

}  // namespace maskfill
