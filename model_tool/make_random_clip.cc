#include "model_tool/make_random_clip.h"

#include <cmath>

#include "ATen/ops/empty.h"
#include "ATen/ops/full.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/counter_rng.h"
#include "core/base/number_text.h"
#include "core/base/status_macros.h"
#include "core/model/safetensors.h"
#include "core/model/tensor_names.h"
#include "core/model/torch_status.h"
#include "core/model/weight_space.h"
#include "core/work/file.h"
#include "core/work/work.h"

namespace maskfill {
namespace {

constexpr int64_t kContextLength = 77;
constexpr int64_t kVocabSize = 49408;
constexpr float kInitialLogitScale = 2.6592600f;  // log(1 / 0.07)

// CLIP.initialize_parameters and the constructor of VisionTransformer. 0: the
// tensor is constant.
double StandardDeviation(const ModelConfig& config, absl::string_view name) {
  const TransformerShape& tower =
      IsOfImageTower(name) ? config.vision : config.text;
  const double width = static_cast<double>(tower.width);
  const double layers = static_cast<double>(tower.layers);
  if (absl::EndsWith(name, "attn.in_proj_weight")) return 1 / std::sqrt(width);
  if (absl::EndsWith(name, "attn.out_proj.weight") ||
      absl::EndsWith(name, "mlp.c_proj.weight")) {
    return 1 / std::sqrt(width * 2 * layers);
  }
  if (absl::EndsWith(name, "mlp.c_fc.weight")) {
    return 1 / std::sqrt(2 * width);
  }
  if (name == "token_embedding.weight") return 0.02;
  if (name == "positional_embedding") return 0.01;
  if (name == "text_projection" || name == "visual.proj" ||
      name == "visual.class_embedding" ||
      name == "visual.positional_embedding") {
    return 1 / std::sqrt(width);
  }
  if (name == "visual.conv1.weight") {
    // PyTorch's default: uniform within 1 / sqrt(fan-in), of this deviation.
    const double side = static_cast<double>(config.patch_size);
    return 1 / (side * 3);
  }
  return 0;
}

float ConstantValue(absl::string_view name) {
  if (name == kLogitScale) return kInitialLogitScale;
  // Gains of normalisation.
  return absl::EndsWith(name, ".weight") ? 1.0f : 0.0f;
}

// convert_weights: convolution, linear layers, attention and projections.
bool IsHalf(absl::string_view name) {
  return absl::StrContains(name, ".attn.") ||
         absl::StrContains(name, ".mlp.") || name == "visual.conv1.weight" ||
         name == "visual.proj" || name == "text_projection";
}

// Four uniforms have variance 4 / 12: their centred sum times sqrt(3) has
// variance 1 and looks normal within 3.5 deviations.
float BellShaped(CounterRng* rng, double deviation) {
  const double sum = double{rng->UniformFloat()} + rng->UniformFloat() +
                     rng->UniformFloat() + rng->UniformFloat();
  return static_cast<float>((sum - 2.0) * std::sqrt(3.0) * deviation);
}

TransformerShape Completed(TransformerShape shape) {
  if (shape.heads == 0) shape.heads = shape.width / 64;
  if (shape.mlp_width == 0) shape.mlp_width = 4 * shape.width;
  return shape;
}

}  // namespace

absl::StatusOr<ModelConfig> RandomClipConfig(
    const MakeRandomClipOptions& options) {
  ModelConfig config;
  config.activation = options.activation;
  config.embed_dim = options.embed_dim;
  config.image_size = options.image_size;
  config.patch_size = options.patch_size;
  config.vision = Completed(options.vision);
  config.text = Completed(options.text);
  config.context_length = kContextLength;
  config.vocab_size = kVocabSize;
  if (!config.has_text()) {
    return absl::InvalidArgumentError("--text_layers is 0, expected 1 or more");
  }
  RETURN_IF_ERROR(ValidateModelConfig(config));
  return config;
}

NamedTensors RandomClipTensors(const ModelConfig& config, uint64_t seed) {
  NamedTensors tensors;
  for (const auto& [name, shape] : ExpectedShapes(config)) {
    const double deviation = StandardDeviation(config, name);
    at::Tensor tensor = at::full(shape, ConstantValue(name));
    if (deviation > 0) {
      CounterRng rng(seed, "random_clip", 0, name);
      float* data = tensor.mutable_data_ptr<float>();
      for (int64_t i = 0; i < tensor.numel(); ++i) {
        data[i] = BellShaped(&rng, deviation);
      }
    }
    tensors[name] = IsHalf(name) ? tensor.to(at::kHalf) : tensor;
  }
  return tensors;
}

absl::StatusOr<WorkResult> MakeRandomClip(
    const MakeRandomClipOptions& options) {
  ASSIGN_OR_RETURN(const ModelConfig config, RandomClipConfig(options));
  const TransformerShape& v = config.vision;
  const TransformerShape& t = config.text;
  Work work{.tool = "make_random_clip",
            .algorithm_version = kMakeRandomClipVersion,
            .seed = options.run.seed};
  work.AddOption("activation", ToString(config.activation));
  work.AddNumber("image_size", config.image_size);
  work.AddNumber("patch_size", config.patch_size);
  work.AddNumber("width", v.width);
  work.AddNumber("layers", v.layers);
  work.AddNumber("heads", v.heads);
  work.AddNumber("mlp_width", v.mlp_width);
  work.AddNumber("text_width", t.width);
  work.AddNumber("text_layers", t.layers);
  work.AddNumber("text_heads", t.heads);
  work.AddNumber("text_mlp_width", t.mlp_width);
  work.AddNumber("embed_dim", config.embed_dim);
  return MakeFile(
      options.run, work,
      [&](AtomicFile& file, v1::Manifest* result) -> absl::Status {
        ASSIGN_OR_RETURN(const NamedTensors tensors, CatchTorch([&] {
                           return RandomClipTensors(config, options.run.seed);
                         }));
        AddCounter("parameters", static_cast<double>(NumParameters(tensors)),
                   result);
        return WriteSafetensors(tensors,
                                {{"activation", ToString(config.activation)},
                                 {"heads", absl::StrCat(v.heads)},
                                 {"text_heads", absl::StrCat(t.heads)}},
                                /*floating=*/std::nullopt, &file);
      });
}

std::string ToText(const WorkResult& result,
                   const MakeRandomClipOptions& options) {
  if (!result.complete) return "";
  return absl::StrCat(options.run.output, ": ",
                      NumberText(CounterOf(result.manifest, "parameters")),
                      " parameters, ",
                      result.already_done ? "already done" : "written", "\n");
}

}  // namespace maskfill
