// Files that people take for weights.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_FOREIGN_FILES_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_FOREIGN_FILES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace maskfill {

// What a file is that holds no weights as this toolkit reads them, and what to
// do: "is a Git LFS pointer, ...". Empty for a zip archive of torch and for
// safetensors, whose readers say more. Never reads more than it needs.
std::string DescribeForeignFile(absl::string_view bytes);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_FOREIGN_FILES_H_
