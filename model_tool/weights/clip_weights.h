// A source of weights, read and understood.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_CLIP_WEIGHTS_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_CLIP_WEIGHTS_H_

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/model/checkpoint.h"
#include "core/model/model_config.h"
#include "model_tool/weights/model_settings.h"
#include "model_tool/weights/state_dict.h"
#include "model_tool/weights/weights_source.h"

namespace maskfill {

// What decides where the weights and the files beside them do not.
struct ClipWeightsOptions {
  std::string state_key;  // see ReadStateDict and MapToOpenAiNames
  std::optional<Activation> activation;
  int64_t heads = 0;       // image tower; 0: not said
  int64_t text_heads = 0;  // text tower
  // px to which position embeddings are resized; 0: as they are
  int64_t image_size = 0;
  std::vector<std::string> class_names;  // of the head; empty: not said
};

struct ClipWeights {
  std::string known;  // "OpenAI CLIP ViT-B/32" when recognised
  WeightsFormat format = WeightsFormat::kSafetensors;
  std::string naming;                   // MappedWeights::naming
  std::string key;                      // StateDict::key
  std::vector<std::string> other_keys;  // StateDict::other_keys
  int64_t stored_tensors = 0;  // in the file or the dict that was taken
  int64_t parameters = 0;
  std::vector<Setting> settings;
  std::vector<std::string> remarks;  // for people
  // Tensors may lie in the source and must not be written to.
  Checkpoint checkpoint;
};

// Reads the weights of `source` and fills `weights`, as far as it comes: for an
// error the fields are set that were known before it. `digest`, the
// source's, is waited for only after all that takes long. Errors: see
// ReadStateDict, MapToOpenAiNames, AddClaimsOfFile, DecideModelSettings,
// CheckTensors, ValueProblem; tensors are called what the file calls them.
absl::Status ReadClipWeights(const WeightsSource& source,
                             const std::shared_future<std::string>& digest,
                             const ClipWeightsOptions& options,
                             ClipWeights* weights);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_CLIP_WEIGHTS_H_
