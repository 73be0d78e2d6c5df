#include "model_tool/export_format.h"

#include <functional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/model/named_tensors.h"
#include "core/model/safetensors.h"
#include "core/model/tensor_names.h"
#include "model_tool/weights/hugging_face_keys.h"
#include "model_tool/weights/library_config.h"
#include "model_tool/weights/torch_save.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

// OpenAI's models have one head for so many elements.
constexpr int64_t kOpenAiHeadWidth = 64;

// What a format cannot hold of a model, in words; empty: fits.
using Misfits = std::vector<std::string>;

Misfits OfOpenClip(const ModelConfig& config) {
  if (config.has_text()) return {};
  return {"has no text tower (--text_tower=DIR adds one)"};
}

void AddTowerMisfits(absl::string_view tower, const TransformerShape& shape,
                     Misfits* misfits) {
  if (shape.heads * kOpenAiHeadWidth != shape.width) {
    misfits->push_back(absl::StrCat("has ", shape.heads, " heads in its ",
                                    tower, " tower of width ", shape.width,
                                    " (not width / ", kOpenAiHeadWidth, ")"));
  }
  if (shape.mlp_width != 4 * shape.width) {
    misfits->push_back(absl::StrCat("has MLPs of ", shape.mlp_width, " in its ",
                                    tower, " tower of width ", shape.width,
                                    " (not 4 * width)"));
  }
}

Misfits OfOpenAi(const ModelConfig& config) {
  const ModelConfig usual;
  Misfits misfits = OfOpenClip(config);
  AddTowerMisfits("image", config.vision, &misfits);
  if (config.has_text()) AddTowerMisfits("text", config.text, &misfits);
  if (config.activation != usual.activation) {
    misfits.push_back(absl::StrCat("has ", ToString(config.activation),
                                   " (not ", ToString(usual.activation), ")"));
  }
  for (const double eps : {config.layer_norm_eps, config.text_layer_norm_eps}) {
    if (eps == usual.layer_norm_eps) continue;
    misfits.push_back(absl::StrCat("has a layer_norm_eps of ", eps, " (not ",
                                   usual.layer_norm_eps, ")"));
    break;
  }
  if (config.image_mean != usual.image_mean ||
      config.image_std != usual.image_std) {
    misfits.push_back("has other pixel statistics than CLIP's");
  }
  return misfits;
}

Misfits None(const ModelConfig&) { return {}; }

absl::StatusOr<NamedTensors> AsTheyAre(const NamedTensors& tensors) {
  return tensors;
}

struct ConfigFile {
  const char* name;
  std::function<absl::StatusOr<std::string>(const ModelConfig&)> text;
};

struct Row {
  ExportFormat format;
  const char* name;
  const char* naming;
  const char* weights_file;
  std::vector<ConfigFile> config_files;
  Misfits (*misfits)(const ModelConfig&);
  absl::StatusOr<NamedTensors> (*rename)(const NamedTensors&);
  bool holds_everything;  // else a CLIP and no head
};

const Row& RowOf(ExportFormat format) {
  static const auto* rows = new std::vector<Row>{
      {ExportFormat::kOpenClip,
       "open_clip",
       "openai",
       "open_clip_model.safetensors",
       {{"open_clip_config.json", OpenClipConfig}},
       OfOpenClip,
       AsTheyAre,
       false},
      {ExportFormat::kHuggingFace,
       "hf",
       "hugging_face",
       "model.safetensors",
       {{"config.json", HuggingFaceConfig},
        {"preprocessor_config.json", HuggingFacePreprocessorConfig}},
       None,
       ToHuggingFaceNames,
       false},
      {ExportFormat::kOpenAi,
       "openai",
       "openai",
       "model.pt",
       {},
       OfOpenAi,
       AsTheyAre,
       false},
      {ExportFormat::kTorch,
       "pt",
       "openai",
       "model.pt",
       {{kConfigFile, ConfigJson}},
       None,
       AsTheyAre,
       true},
  };
  return (*rows)[static_cast<size_t>(format)];
}

constexpr ExportFormat kFormats[] = {
    ExportFormat::kOpenClip, ExportFormat::kHuggingFace, ExportFormat::kOpenAi,
    ExportFormat::kTorch};

// Names of the formats that `fits` holds for: "hf, pt".
std::string Names(const std::function<bool(ExportFormat)>& fits) {
  std::vector<std::string> names;
  for (const ExportFormat format : kFormats) {
    if (fits(format)) names.push_back(ToString(format));
  }
  return absl::StrJoin(names, ", ");
}

absl::Status WriteWeights(const std::string& path,
                          const NamedTensors& tensors) {
  if (!absl::EndsWith(path, ".pt")) return WriteSafetensors(path, tensors);
  ASSIGN_OR_RETURN(const auto file, AtomicFile::Create(path));
  RETURN_IF_ERROR(TorchSave(tensors, file.get()));
  return file->Commit();
}

}  // namespace

absl::StatusOr<ExportFormat> ParseExportFormat(absl::string_view text) {
  for (const ExportFormat format : kFormats) {
    if (text == RowOf(format).name) return format;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("format \"", text, "\" is unknown; expected one of ",
                   Names([](ExportFormat) { return true; })));
}

std::string ToString(ExportFormat format) { return RowOf(format).name; }

absl::Span<const ExportFormat> AllExportFormats() { return kFormats; }

std::string NamingOf(ExportFormat format) { return RowOf(format).naming; }

std::vector<std::string> FilesOf(ExportFormat format) {
  const Row& row = RowOf(format);
  std::vector<std::string> names = {row.weights_file};
  for (const ConfigFile& file : row.config_files) names.push_back(file.name);
  if (!row.holds_everything) {
    names.push_back(kHeadFile);
    names.push_back(kClassNamesFile);
  }
  return names;
}

absl::Status CheckFits(ExportFormat format, const ModelConfig& config) {
  const Misfits misfits = RowOf(format).misfits(config);
  if (misfits.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the model ", absl::StrJoin(misfits, ", "),
      ", which --format=", ToString(format),
      " cannot hold; formats that can: ", Names([&](ExportFormat other) {
        return RowOf(other).misfits(config).empty();
      })));
}

absl::Status WriteExport(ExportFormat format, const Checkpoint& checkpoint,
                         const std::string& dir) {
  const Row& row = RowOf(format);
  const ModelConfig& config = checkpoint.config;
  RETURN_IF_ERROR(CheckFits(format, config));
  NamedTensors weights, rest;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    const bool is_clip =
        IsOfImageTower(name) || (config.has_text() && !IsOfHead(name));
    (row.holds_everything || is_clip ? weights : rest).emplace(name, tensor);
  }
  ASSIGN_OR_RETURN(weights, row.rename(weights));
  RETURN_IF_ERROR(WriteWeights(JoinPath(dir, row.weights_file), weights));
  for (const ConfigFile& file : row.config_files) {
    ASSIGN_OR_RETURN(const std::string text, file.text(config));
    RETURN_IF_ERROR(WriteFileAtomically(JoinPath(dir, file.name), text));
  }
  if (!rest.empty()) {
    RETURN_IF_ERROR(WriteWeights(JoinPath(dir, kHeadFile), rest));
  }
  if (row.holds_everything || config.class_names.empty()) {
    return absl::OkStatus();
  }
  return WriteFileAtomically(JoinPath(dir, kClassNamesFile),
                             nlohmann::json(config.class_names).dump(2) + "\n");
}

}  // namespace maskfill
