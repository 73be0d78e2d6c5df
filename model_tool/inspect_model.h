// What is in a file or folder of weights, without importing it.
#ifndef MASKFILL_MODEL_TOOL_INSPECT_MODEL_H_
#define MASKFILL_MODEL_TOOL_INSPECT_MODEL_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "model_tool/weights/clip_weights.h"

namespace maskfill {

struct InspectModelOptions {
  std::string path = "";  // see OpenWeightsSource; also a checkpoint directory
  ClipWeightsOptions weights = {};
  bool formats = false;  // prints WeightsTable() and nothing else
};

// Prints to `out`: how the weights are stored and named, what --state_key could
// take, every setting with who said it, the number of parameters, remarks, the
// fingerprint (of a checkpoint; else the SHA-256 of the file) and, of a
// checkpoint, what it was made from, as far back as the folders still lie
// there. What is known before an error is printed all the same; errors are
// those that import_model would meet.
absl::Status InspectModel(const InspectModelOptions& options,
                          std::ostream& out);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_INSPECT_MODEL_H_
