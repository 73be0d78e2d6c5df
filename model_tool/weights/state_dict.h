// The weights in any file that people keep them in.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_STATE_DICT_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_STATE_DICT_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/model/named_tensors.h"
#include "model_tool/weights/pickle_object.h"

namespace maskfill {

// How the weights were stored.
enum class WeightsFormat {
  kTorchScript,  // as OpenAI releases CLIP
  kPickle,       // torch.save of a state dict, alone or inside a checkpoint
  kSafetensors,
};
std::string ToString(WeightsFormat format);

struct StateDict {
  NamedTensors tensors;  // names and dtypes as stored, on the CPU
  WeightsFormat format = WeightsFormat::kSafetensors;
  std::map<std::string, std::string> metadata;  // of safetensors
};

// Reads the bytes of a file, whose format is found out from them. No code in
// it is run: pickles, those of TorchScript included, are read as data
// (Unpickle). DataLoss when it is damaged or of another kind.
absl::StatusOr<StateDict> ParseStateDict(absl::string_view bytes);

// The dict of tensors in a checkpoint: `root` itself, or what lies under
// "state_dict", "model_state_dict" or "model", one in another at most three
// deep. DataLoss that says what was found instead.
absl::StatusOr<const PickleObject*> FindStateDict(const PickleObject& root);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_STATE_DICT_H_
