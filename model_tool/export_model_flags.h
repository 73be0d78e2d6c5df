// The flags of export_model.
#ifndef MASKFILL_MODEL_TOOL_EXPORT_MODEL_FLAGS_H_
#define MASKFILL_MODEL_TOOL_EXPORT_MODEL_FLAGS_H_

#include "absl/status/statusor.h"
#include "model_tool/export_model.h"

namespace maskfill {

// InvalidArgument that lists every missing or wrong flag.
absl::StatusOr<ExportModelOptions> ExportModelOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_EXPORT_MODEL_FLAGS_H_
