// The arguments of inspect_model.
#ifndef MASKFILL_MODEL_TOOL_INSPECT_MODEL_FLAGS_H_
#define MASKFILL_MODEL_TOOL_INSPECT_MODEL_FLAGS_H_

#include "absl/status/statusor.h"
#include "model_tool/inspect_model.h"

namespace maskfill {

// InvalidArgument when the command line is not PATH.
absl::StatusOr<InspectModelOptions> InspectModelOptionsFromFlags(int argc,
                                                                 char** argv);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_INSPECT_MODEL_FLAGS_H_
