// The flags of import_model.
#ifndef MASKFILL_MODEL_TOOL_IMPORT_MODEL_FLAGS_H_
#define MASKFILL_MODEL_TOOL_IMPORT_MODEL_FLAGS_H_

#include "absl/status/statusor.h"
#include "model_tool/import_model.h"

namespace maskfill {

// InvalidArgument that lists every missing or wrong flag.
absl::StatusOr<ImportModelOptions> ImportModelOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_IMPORT_MODEL_FLAGS_H_
