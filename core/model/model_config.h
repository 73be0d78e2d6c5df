// What the weights of a CLIP-like model do not say by themselves.
#ifndef MASKFILL_CORE_MODEL_MODEL_CONFIG_H_
#define MASKFILL_CORE_MODEL_MODEL_CONFIG_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/checkpoint.pb.h"

namespace maskfill {

// The MLP's activation. Weights of the one load into the other without any
// error and lose accuracy silently, so it is always written down.
enum class Activation {
  kQuickGelu,  // x * sigmoid(1.702 x): OpenAI's weights, open_clip *-quickgelu
  kGelu,       // x * Phi(x), exact
};
// "quick_gelu" or "gelu".
absl::StatusOr<Activation> ParseActivation(absl::string_view text);
std::string ToString(Activation activation);

struct TransformerShape {
  int64_t width = 0;
  int64_t heads = 0;
  int64_t layers = 0;
  int64_t mlp_width = 0;
};

// Mirrors v1::ModelConfig.
struct ModelConfig {
  Activation activation = Activation::kQuickGelu;
  double layer_norm_eps = 1e-5;       // of the image tower
  double text_layer_norm_eps = 1e-5;  // of the text tower
  int64_t embed_dim = 0;              // of the joint space

  TransformerShape vision;
  int64_t image_size = 0;  // px
  int64_t patch_size = 0;  // px
  // Per channel, of pixels in [0, 1]; CLIP's.
  std::array<float, 3> image_mean = {0.48145466f, 0.4578275f, 0.40821073f};
  std::array<float, 3> image_std = {0.26862954f, 0.26130258f, 0.27577711f};

  TransformerShape text;       // layers 0: no text tower
  int64_t context_length = 0;  // tokens
  int64_t vocab_size = 0;

  int64_t num_classes = 0;               // rows of the head; 0: no head
  std::vector<std::string> class_names;  // empty, or one per row

  bool has_text() const { return text.layers > 0; }
  bool has_head() const { return num_classes > 0; }
  int64_t grid_size() const { return image_size / patch_size; }
  int64_t num_patches() const { return grid_size() * grid_size(); }
};

// InvalidArgument that names the first field that makes no sense (sizes not
// positive, width not a multiple of heads, image not a multiple of patches).
absl::Status ValidateModelConfig(const ModelConfig& config);

absl::StatusOr<ModelConfig> ParseModelConfig(const v1::ModelConfig& proto);
v1::ModelConfig ToProto(const ModelConfig& config);

// Every tensor of a checkpoint with this configuration and its shape, in
// OpenAI's names: visual.*, the text tower and logit_scale (when has_text()),
// classifier.weight [K, E] and classifier.bias [K] (when has_head()).
// logit_scale is a scalar, []. A checkpoint without text tower may hold
// logit_scale all the same.
std::map<std::string, std::vector<int64_t>> ExpectedShapes(
    const ModelConfig& config);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_MODEL_CONFIG_H_
