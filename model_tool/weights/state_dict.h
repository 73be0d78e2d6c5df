// The weights in any file that people keep them in.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_STATE_DICT_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_STATE_DICT_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/base/mapped_file.h"
#include "core/model/named_tensors.h"
#include "model_tool/weights/pickle_object.h"

namespace maskfill {

// How the weights were stored.
enum class WeightsFormat {
  kTorchScript,  // torch.jit.save, as OpenAI releases CLIP
  kPickle,       // torch.save of a state dict, alone or inside a checkpoint
  kSafetensors,
};
std::string ToString(WeightsFormat format);
struct WeightsFormatRow {
  WeightsFormat format;
  absl::string_view name;         // of ToString
  absl::string_view description;  // for people
};
// In the order of WeightsFormat.
absl::Span<const WeightsFormatRow> AllWeightsFormats();

struct StateDict {
  NamedTensors tensors;  // names and dtypes as stored, on the CPU
  WeightsFormat format = WeightsFormat::kSafetensors;
  std::map<std::string, std::string> metadata;  // of safetensors
  // Of TorchScript: the activation that its code calls, "quick_gelu", "gelu" or
  // another; empty when it is not plain.
  std::string scripted_activation;
  // Where in the file they lay, "model.state_dict"; empty: at its root.
  std::string key;
  // What of the wanted key is left to be a prefix of names (key_map.h).
  std::string names_prefix;
  // Where else weights of an image tower lie: what --state_key also takes.
  std::vector<std::string> other_keys;
  std::vector<std::string> notes;  // what was left out, for people
};

// Reads a file, whose format is found out from its bytes. No code in it is run:
// pickles, those of TorchScript included, are read as data (Unpickle). Tensors
// lie in the file where they can (MapSafetensors, TorchArchive).
//
// `key` chooses among the dicts of a pickled checkpoint, kNoStateKey that at
// its root; what it has behind a dict's key, or all of it where it names none,
// is left to others (key_map.h). Empty chooses the likely one. DataLoss when
// the file is damaged or of another kind (DescribeForeignFile); InvalidArgument
// when only `key` can tell what is meant.
absl::StatusOr<StateDict> ReadStateDict(
    const std::shared_ptr<const MappedFile>& file, const std::string& key = "");

// The dict of tensors in a checkpoint.
struct FoundStateDict {
  const PickleObject* dict = nullptr;
  std::string key;                      // see StateDict
  std::string names_prefix;             // likewise
  std::vector<std::string> other_keys;  // likewise
};
// Looks eight dicts and lists deep for dicts that hold an image tower
// (BelongsToImageTower); where there is none, for those that hold tensors at
// all. Takes the one at `key`; else the only one; else that under "state_dict",
// "model_state_dict" or "model", or at the root. Errors as above.
absl::StatusOr<FoundStateDict> FindStateDict(const PickleObject& root,
                                             const std::string& key = "");

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_STATE_DICT_H_
