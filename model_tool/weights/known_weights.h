// Weights that are recognised by their bytes.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_KNOWN_WEIGHTS_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_KNOWN_WEIGHTS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace maskfill {

// "OpenAI CLIP ViT-B/32" for the SHA-256 of a file that OpenAI published, else
// "".
std::string KnownWeights(absl::string_view sha256_hex);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_KNOWN_WEIGHTS_H_
