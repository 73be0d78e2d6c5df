// The forms in which other libraries take a CLIP.
#ifndef MASKFILL_MODEL_TOOL_EXPORT_FORMAT_H_
#define MASKFILL_MODEL_TOOL_EXPORT_FORMAT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/model/checkpoint.h"
#include "core/model/model_config.h"

namespace maskfill {

enum class ExportFormat {
  // open_clip.create_model("local-dir:..."): open_clip_model.safetensors and
  // open_clip_config.json.
  kOpenClip,
  // transformers' CLIPModel, or CLIPVisionModelWithProjection where there is
  // no text tower: model.safetensors, config.json, preprocessor_config.json.
  kHuggingFace,
  // clip.load() and open_clip.load_openai_model(): model.pt, a state dict.
  kOpenAi,
  // torch.load(): model.pt with every tensor under OpenAI's names,
  // classifier.* included, and a checkpoint's config.json.
  kTorch,
};
// "open_clip", "hf", "openai" or "pt".
absl::StatusOr<ExportFormat> ParseExportFormat(absl::string_view text);
std::string ToString(ExportFormat format);

absl::Span<const ExportFormat> AllExportFormats();
// Whose names its tensors have: WeightsNaming::name.
std::string NamingOf(ExportFormat format);

// All that WriteExport may write.
std::vector<std::string> FilesOf(ExportFormat format);

// Whether the format can hold a model of this configuration; its head always
// can be. FailedPrecondition that lists what it cannot hold, and the formats
// that can: open_clip and OpenAI know no CLIP without text tower, and OpenAI's
// loaders read heads, activation, epsilon, widths of MLPs and pixel statistics
// from no file.
absl::Status CheckFits(ExportFormat format, const ModelConfig& config);

// Writes the files into the directory `dir`. What the library's own class has
// no place for goes into head.safetensors beside it, under the checkpoint's
// names: classifier.weight [K, E] and classifier.bias [K], float32, to be put
// on L2-normalised image features; and logit_scale where there is no text
// tower. class_names.json is the list of the rows' names, where they are known.
// `checkpoint` is as loaded; of its tensors only projections are copied.
absl::Status WriteExport(ExportFormat format, const Checkpoint& checkpoint,
                         const std::string& dir);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_EXPORT_FORMAT_H_
