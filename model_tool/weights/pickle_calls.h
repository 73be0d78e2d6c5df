// The few calls in a pickle that this reader knows the meaning of.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_PICKLE_CALLS_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_PICKLE_CALLS_H_

#include "absl/status/statusor.h"
#include "model_tool/weights/pickle_object.h"

namespace maskfill {

// What callable(*arguments) stands for: an OrderedDict or defaultdict as a
// dict, a set as a list, torch.Size as a tuple, torch.device as a string, the
// _rebuild_tensor and _rebuild_parameter functions of torch._utils as a tensor;
// anything else as an opaque object. Nothing is ever called. DataLoss when
// `callable` is no global (or opaque), or a known one gets other arguments than
// torch gives it.
absl::StatusOr<PickleObject*> PickleCall(const PickleObject& callable,
                                         PickleObject* arguments,
                                         Pickle* pickle);

// The storage with persistent id `id`: ("storage", torch.XStorage, key,
// location, elements). DataLoss when it is anything else.
absl::StatusOr<PickleObject*> PickleStorage(const PickleObject& id,
                                            Pickle* pickle);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_PICKLE_CALLS_H_
