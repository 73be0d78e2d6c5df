// Writing weights as torch.save does.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_TORCH_SAVE_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_TORCH_SAVE_H_

#include "absl/status/status.h"
#include "core/base/atomic_file.h"
#include "core/model/named_tensors.h"

namespace maskfill {

// Appends the zip archive that torch.save makes of a plain dict of contiguous
// CPU tensors by name: data.pkl, byteorder and a record data/<n> per tensor.
// torch.load(weights_only=True) reads it, and so does ReadStateDict. The bytes
// depend on the tensors alone. Tensors may lie on any device; one at a time is
// copied where it is not contiguous on the CPU, and tensors that share memory
// are written apart. InvalidArgument when one is not float32.
absl::Status TorchSave(const NamedTensors& tensors, AtomicFile* file);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_TORCH_SAVE_H_
