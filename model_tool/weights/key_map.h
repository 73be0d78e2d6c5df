// Other projects' names for CLIP's weights.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_KEY_MAP_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_KEY_MAP_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/model/named_tensors.h"

namespace maskfill {

// How a project names a CLIP's tensors.
struct WeightsNaming {
  absl::string_view name;      // "openai", "hugging_face", "reference"
  absl::string_view tower;     // what its image tower's names begin with
  absl::string_view projects;  // who names them so, for people
};
// All that MapToOpenAiNames reads.
absl::Span<const WeightsNaming> AllWeightsNamings();

struct MappedWeights {
  NamedTensors tensors;  // OpenAI's names, dtypes as given
  std::string naming;    // WeightsNaming::name: whose names they were
  std::string prefix;    // what was taken off the names, "model."
  // What was left out or renamed, for people.
  std::vector<std::string> notes;
  // As the file has them, by OpenAI's names, where they differ; one of three
  // where Hugging Face splits a tensor.
  std::map<std::string, std::string> file_names;
  // What names begin with, here and in the file, after the prefix.
  std::vector<std::pair<std::string, std::string>> beginnings;

  // `name` as the file has it or, of a tensor that is missing, would have it.
  std::string FileName(const std::string& name) const;
  // `message` with the tensors' names, which stand in quotation marks, as
  // FileName() says.
  std::string WithFileNames(absl::string_view message) const;
};

// Chooses names without a prefix, and the dict at the root of a file.
inline constexpr absl::string_view kNoStateKey = ".";

// Whether a tensor of this name begins an image tower in one of the namings
// below, with any prefix.
bool BelongsToImageTower(absl::string_view name);

// Renames (and, for Hugging Face, joins and transposes) to OpenAI's names from
// any of AllWeightsNamings, whatever prefix they have in common, such as
// "module." or "clip_model."; the `text.` of open_clip's CustomTextCLIP and the
// `classification_head.` of WiSE-FT and model soups as well.
// logit_scale of shape [1] becomes a scalar, a head without bias gets one of
// zeros. Buffers and scalars that are no weights (position_ids, attn_mask,
// input_resolution, ...) are left out, and so are the rest of a text tower
// without its transformer and what lies outside the prefix; notes say so.
//
// InvalidArgument when there are towers under several prefixes, of which
// `prefix` (with or without its dot; kNoStateKey; empty: the only one) chooses
// none. DataLoss when two tensors would get one name and, saying what it is,
// for towers that this toolkit does not know (DescribeForeignModel) and for
// anything without a CLIP image tower.
absl::StatusOr<MappedWeights> MapToOpenAiNames(const NamedTensors& tensors,
                                               absl::string_view prefix = "");

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_KEY_MAP_H_
