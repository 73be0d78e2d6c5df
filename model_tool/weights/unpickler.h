// Reading Python pickles without Python, and without running anything.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_UNPICKLER_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_UNPICKLER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model_tool/weights/pickle_object.h"

namespace maskfill {

struct UnpickleOptions {
  // More are refused: a checkpoint of a thousand tensors with its optimiser
  // has about 50,000. One object costs about 100 bytes.
  int64_t max_objects = 2'000'000;
};

// Reads what torch.save writes as data.pkl (pickle protocols 2 to 5), as
// torch.load(weights_only=True) does: plain values, containers, OrderedDict,
// torch.Size, tensors and parameters, torch.device. Every other class or
// function becomes an opaque object, or a dict where it is filled like one:
// nothing named in a pickle is ever looked up, called or imported, so a pickle
// cannot do anything but describe data.
// Attributes that objects get by BUILD are kept for opaque objects (modules of
// TorchScript) and dropped for the others (a state dict's _metadata).
//
// Never recurses; memory is bounded by the size of `bytes` and max_objects.
// DataLoss, with the byte offset, when `bytes` is no well-formed pickle.
// Format: CPython's Lib/pickletools.py.
absl::StatusOr<Pickle> Unpickle(absl::string_view bytes,
                                const UnpickleOptions& options = {});

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_UNPICKLER_H_
