#include "model_tool/model_import.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "glog/logging.h"
#include "model_tool/known_weights.h"
#include "model_tool/weights/clip_shape.h"
#include "model_tool/weights/key_map.h"
#include "model_tool/weights/model_hints.h"
#include "model_tool/weights/state_dict.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

// The weights file of a directory, as the libraries that write them name it.
absl::StatusOr<std::string> FindWeights(const std::string& source) {
  if (!IsDirectory(source)) {
    RETURN_IF_ERROR(FileSize(source).status());
    return source;
  }
  for (const char* name :
       {"model.safetensors", "open_clip_model.safetensors",
        "open_clip_pytorch_model.bin", "pytorch_model.bin"}) {
    const std::string path = JoinPath(source, name);
    if (PathExists(path)) return path;
  }
  std::vector<std::string> candidates;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(source));
  for (const std::string& name : names) {
    if (absl::EndsWith(name, ".index.json")) {
      return absl::InvalidArgumentError(
          absl::StrCat(source, ": the weights are split over several files (",
                       name, "); expected one file: save the model as one"));
    }
    for (const char* suffix : {".safetensors", ".pt", ".pth", ".bin"}) {
      if (absl::EndsWith(name, suffix)) candidates.push_back(name);
    }
  }
  if (candidates.size() == 1) return JoinPath(source, candidates[0]);
  if (candidates.empty()) {
    return absl::NotFoundError(absl::StrCat(
        source,
        ": found no weights, expected a .safetensors, .pt or .bin file"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(source, ": found several weights files (",
                   absl::StrJoin(candidates, ", "), "); name one by --source"));
}

// What the file's kind, its metadata and its neighbours say, after the flags.
absl::StatusOr<ModelHints> GatherHints(const ImportModelOptions& options,
                                       const std::string& path,
                                       const StateDict& state,
                                       const std::string& naming,
                                       std::vector<std::string>* notes) {
  ModelHints said;
  if (state.format == WeightsFormat::kTorchScript) {
    said.said_by = "OpenAI's archive format";
    said.activation = Activation::kQuickGelu;
  } else {
    ASSIGN_OR_RETURN(said, HintsFromMetadata(state.metadata, path));
    ASSIGN_OR_RETURN(const ModelHints beside,
                     HintsBeside(Dirname(path), naming != "hugging_face"));
    said = MergeHints(said, beside);
  }
  ModelHints flags;
  if (options.activation.has_value()) {
    flags.activation = options.activation;
    if (said.activation.has_value() && said.activation != options.activation) {
      notes->push_back(absl::StrCat(
          "--activation=", ToString(*options.activation), " overrides ",
          ToString(*said.activation), " of ", said.said_by));
      LOG(WARNING) << notes->back();
    }
  }
  if (options.heads > 0) flags.heads = options.heads;
  if (options.text_heads > 0) flags.text_heads = options.text_heads;
  return MergeHints(flags, said);
}

// The files beside the weights are inputs too: another one, another result.
absl::Status AddNeighbours(const std::string& path, v1::Provenance* plan) {
  for (const char* name :
       {"config.json", "open_clip_config.json", "preprocessor_config.json"}) {
    const std::string neighbour = JoinPath(Dirname(path), name);
    if (!PathExists(neighbour)) continue;
    ASSIGN_OR_RETURN(const std::string digest, Sha256HexOfFile(neighbour));
    AddInput(name, digest, plan);
  }
  return absl::OkStatus();
}

// Everything but the summary.
absl::StatusOr<ImportModelStats> Import(const ImportModelOptions& options) {
  ImportModelStats stats;
  ASSIGN_OR_RETURN(const std::string path, FindWeights(options.source));
  stats.source_file = path;
  v1::Provenance plan = StartProvenance("import_model");
  ASSIGN_OR_RETURN(const std::string digest, Sha256HexOfFile(path));
  stats.weights = KnownWeights(digest);
  AddInput("source", digest, &plan);
  RETURN_IF_ERROR(AddNeighbours(path, &plan));
  AddOption("activation",
            options.activation.has_value() ? ToString(*options.activation) : "",
            &plan);
  AddOption("heads", absl::StrCat(options.heads), &plan);
  AddOption("text_heads", absl::StrCat(options.text_heads), &plan);
  stats.fingerprint = PlanFingerprint(plan);
  ASSIGN_OR_RETURN(stats.already_done, IsAlreadyWritten(options.output, plan));
  if (stats.already_done) {
    ASSIGN_OR_RETURN(stats.config, LoadModelConfig(options.output.dir));
    return stats;
  }

  ASSIGN_OR_RETURN(StateDict state, ReadStateDict(path));
  ASSIGN_OR_RETURN(MappedWeights weights,
                   Annotate(MapToOpenAiNames(state.tensors), path));
  stats.notes = weights.notes;
  ASSIGN_OR_RETURN(
      const ModelHints hints,
      GatherHints(options, path, state, weights.naming, &stats.notes));
  Checkpoint checkpoint;
  ASSIGN_OR_RETURN(checkpoint.config,
                   Annotate(InferModelConfig(weights.tensors, hints), path));
  if (!hints.heads.has_value()) {
    stats.notes.push_back(
        absl::StrCat("heads: width / 64 = ", checkpoint.config.vision.heads));
  }
  RETURN_IF_ERROR(
      Annotate(CheckTensors(checkpoint.config, weights.tensors), path));
  for (const auto& [name, tensor] : weights.tensors) {
    stats.parameters += tensor.numel();
  }
  stats.config = checkpoint.config;
  if (options.output.dry_run) return stats;

  checkpoint.tensors = std::move(weights.tensors);
  checkpoint.provenance = std::move(plan);
  auto& notes = *checkpoint.provenance.mutable_notes();
  notes["source_file"] = Basename(path);
  notes["source_format"] = ToString(state.format);
  notes["source_names"] = weights.naming;
  if (!stats.weights.empty()) notes["weights"] = stats.weights;
  if (!stats.notes.empty()) {
    notes["remarks"] = absl::StrJoin(stats.notes, "; ");
  }
  RETURN_IF_ERROR(WriteCheckpoint(options.output, checkpoint).status());
  stats.written = true;
  return stats;
}

}  // namespace

absl::StatusOr<ImportModelStats> ImportModel(
    const ImportModelOptions& options) {
  ASSIGN_OR_RETURN(ImportModelStats stats, Import(options));
  if (!options.summary_json.empty() && !options.output.dry_run) {
    const nlohmann::json summary = {
        {"tool", "import_model"},
        {"source", stats.source_file},
        {"output", options.output.dir},
        {"fingerprint", stats.fingerprint},
        {"already_done", stats.already_done},
        {"written", stats.written},
        {"weights", stats.weights},
        {"parameters", stats.parameters},
        {"notes", stats.notes},
    };
    RETURN_IF_ERROR(WriteFileAtomically(
        options.summary_json,
        summary.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
            "\n"));
  }
  return stats;
}

std::string ToText(const ImportModelStats& stats,
                   const ImportModelOptions& options) {
  const ModelConfig& config = stats.config;
  std::string text = absl::StrCat(
      stats.source_file, ": ",
      stats.weights.empty() ? "CLIP weights" : stats.weights, ", ViT of width ",
      config.vision.width, ", ", config.vision.layers, " layers, ",
      config.vision.heads, " heads, patches of ", config.patch_size, " px in ",
      config.image_size, " px, embedding ", config.embed_dim, ", ",
      ToString(config.activation),
      config.has_text()
          ? absl::StrCat("; text tower of width ", config.text.width)
          : "; no text tower",
      config.has_head()
          ? absl::StrCat("; head of ", config.num_classes, " classes")
          : "",
      "\n");
  for (const std::string& note : stats.notes) {
    absl::StrAppend(&text, "note: ", note, "\n");
  }
  absl::StrAppend(&text, options.output.dir, ": ",
                  stats.already_done ? "already done"
                  : stats.written    ? "written"
                                     : "not written (--dry_run)",
                  ", fingerprint ", stats.fingerprint, "\n");
  return text;
}

}  // namespace maskfill
