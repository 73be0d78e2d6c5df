#include "model_tool/export_model.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/mapped_file.h"
#include "core/base/number_text.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "core/model/tensor_names.h"
#include "core/model/torch_status.h"
#include "core/model/weight_space.h"
#include "core/work/directory.h"
#include "core/work/work.h"

namespace maskfill {
namespace {

// `config` with the text tower of `other`.
absl::StatusOr<ModelConfig> WithTextTower(ModelConfig config,
                                          const ModelConfig& other) {
  if (config.has_text()) {
    return absl::FailedPreconditionError(
        "--checkpoint has a text tower of its own; leave out --text_tower");
  }
  if (!other.has_text()) {
    return absl::FailedPreconditionError(
        "--text_tower has no text tower; expected the CLIP that --checkpoint "
        "was made from");
  }
  if (config.embed_dim != other.embed_dim ||
      config.activation != other.activation) {
    const auto text = [](const ModelConfig& of) {
      return absl::StrCat("an embedding of ", of.embed_dim, " and ",
                          ToString(of.activation));
    };
    return absl::FailedPreconditionError(absl::StrCat(
        "--checkpoint has ", text(config), ", --text_tower ", text(other),
        "; expected the CLIP that --checkpoint was "
        "made from"));
  }
  config.text = other.text;
  config.text_layer_norm_eps = other.text_layer_norm_eps;
  config.context_length = other.context_length;
  config.vocab_size = other.vocab_size;
  return config;
}

absl::Status Export(const ExportModelOptions& options,
                    const CheckpointFile& file, const CheckpointFile* text,
                    const ModelConfig& config, const std::string& dir,
                    v1::Manifest* result) {
  NamedTensors added;
  if (text != nullptr) {
    ASSIGN_OR_RETURN(Checkpoint clip, text->Load());
    added = std::move(clip.tensors);
    std::erase_if(added, [](const auto& entry) {
      return IsOfImageTower(entry.first) || IsOfHead(entry.first);
    });
  }
  std::shared_ptr<const MappedFile> weights;
  ASSIGN_OR_RETURN(Checkpoint checkpoint, file.Map(&weights));
  checkpoint.config = config;
  checkpoint.tensors.merge(added);  // a temperature of its own stays
  AddCounter("parameters",
             static_cast<double>(NumParameters(checkpoint.tensors)), result);
  if (config.has_head()) {
    AddCounter("classes", static_cast<double>(config.num_classes), result);
  }
  RETURN_IF_ERROR(WriteExport(options.format, checkpoint, dir));
  return weights->CheckUnchanged();
}

}  // namespace

absl::StatusOr<WorkResult> ExportModel(const ExportModelOptions& options) {
  ASSIGN_OR_RETURN(const CheckpointFile file,
                   CheckpointFile::Open(options.checkpoint));
  Work work{.tool = "export_model", .algorithm_version = kExportModelVersion};
  work.AddOption("format", ToString(options.format));
  work.AddInput("checkpoint", options.checkpoint, file.fingerprint());
  ModelConfig config = file.config();
  std::optional<CheckpointFile> text;
  if (!options.text_tower.empty()) {
    ASSIGN_OR_RETURN(text, CheckpointFile::Open(options.text_tower));
    work.AddInput("text_tower", options.text_tower, text->fingerprint());
    ASSIGN_OR_RETURN(config, WithTextTower(config, text->config()));
  }
  RETURN_IF_ERROR(Annotate(CheckFits(options.format, config),
                           absl::StrCat("\"", options.checkpoint, "\"")));
  return MakeDirectory(options.run, work, FilesOf(options.format),
                       [&](const std::string& dir, v1::Manifest* result) {
                         return CatchTorch([&] {
                           return Export(options, file,
                                         text.has_value() ? &*text : nullptr,
                                         config, dir, result);
                         });
                       });
}

std::string ToText(const WorkResult& result,
                   const ExportModelOptions& options) {
  if (!result.complete) return "";
  const double classes = CounterOf(result.manifest, "classes");
  return absl::StrCat(
      options.run.output, ": ", ToString(options.format), ", ",
      NumberText(CounterOf(result.manifest, "parameters")), " parameters",
      classes > 0 ? absl::StrCat(", head of ", classes, " classes") : "", ", ",
      result.already_done ? "already done" : "written", "\n");
}

}  // namespace maskfill
