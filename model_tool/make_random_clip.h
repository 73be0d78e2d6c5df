// A small CLIP with random weights, for trying everything without real ones.
#ifndef MASKFILL_MODEL_TOOL_MAKE_RANDOM_CLIP_H_
#define MASKFILL_MODEL_TOOL_MAKE_RANDOM_CLIP_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

inline constexpr uint32_t kMakeRandomClipVersion = 1;

// Full-size vocabulary, everything else small enough for a laptop.
struct MakeRandomClipOptions {
  RunOptions run;            // seed; output: the safetensors file
  int64_t image_size = 224;  // px
  int64_t patch_size = 32;   // px
  TransformerShape vision = {
      .width = 128, .heads = 2, .layers = 3, .mlp_width = 0};
  TransformerShape text = {
      .width = 64, .heads = 1, .layers = 2, .mlp_width = 0};
  int64_t embed_dim = 64;
  Activation activation = Activation::kQuickGelu;
};

// The configuration; an mlp_width of 0 becomes 4 * width, heads of 0 become
// width / 64. InvalidArgument when the sizes make no model.
absl::StatusOr<ModelConfig> RandomClipConfig(
    const MakeRandomClipOptions& options);

// OpenAI's names. Standard deviations as in CLIP.initialize_parameters (for
// both towers), biases 0, gains 1, logit_scale log(1 / 0.07); float16 where
// OpenAI's files have it (convert_weights), else float32. The same bytes for
// the same arguments on any machine: each value is a sum of four uniforms of a
// counter-based generator keyed by seed and name, which needs no library
// function that machines round differently.
NamedTensors RandomClipTensors(const ModelConfig& config, uint64_t seed);

// Writes the file. Its metadata hold activation and heads, so that import_model
// needs no flags. The result counts "parameters".
absl::StatusOr<WorkResult> MakeRandomClip(const MakeRandomClipOptions& options);

// For people: what was done; empty for a dry run.
std::string ToText(const WorkResult& result,
                   const MakeRandomClipOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_MAKE_RANDOM_CLIP_H_
