#include "model_tool/import_model.h"

#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "core/model/torch_status.h"
#include "core/work/directory.h"
#include "core/work/work.h"
#include "glog/logging.h"
#include "model_tool/known_weights.h"
#include "model_tool/weights/clip_shape.h"
#include "model_tool/weights/key_map.h"
#include "model_tool/weights/model_hints.h"
#include "model_tool/weights/state_dict.h"

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

// All that is read of the source, once: what is fingerprinted is what is used.
struct Source {
  std::string path;  // of the weights
  std::string weights;
  std::map<std::string, std::string> beside;  // kHintFiles that exist, by name
};

absl::StatusOr<Source> ReadSource(const std::string& source) {
  Source read;
  ASSIGN_OR_RETURN(read.path, FindWeights(source));
  ASSIGN_OR_RETURN(read.weights, ReadFile(read.path));
  for (const char* name : kHintFiles) {
    const std::string path = JoinPath(Dirname(read.path), name);
    if (!PathExists(path)) continue;
    ASSIGN_OR_RETURN(read.beside[name], ReadFile(path));
  }
  return read;
}

// What the file's kind, its metadata and its neighbours say, after the flags.
absl::StatusOr<ModelHints> GatherHints(const ImportModelOptions& options,
                                       const Source& source,
                                       const StateDict& state,
                                       const std::string& naming,
                                       std::vector<std::string>* notes) {
  ModelHints said;
  if (state.format == WeightsFormat::kTorchScript) {
    said.said_by = "OpenAI's archive format";
    said.activation = Activation::kQuickGelu;
  } else {
    ASSIGN_OR_RETURN(said, HintsFromMetadata(state.metadata, source.path));
    ASSIGN_OR_RETURN(const ModelHints beside,
                     HintsFromFiles(source.beside, naming != "hugging_face"));
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

// "ViT of width 768, 12 layers, ...".
std::string ModelText(const ModelConfig& config) {
  return absl::StrCat(
      "ViT of width ", config.vision.width, ", ", config.vision.layers,
      " layers, ", config.vision.heads, " heads, patches of ",
      config.patch_size, " px in ", config.image_size, " px, embedding ",
      config.embed_dim, ", ", ToString(config.activation),
      config.has_text()
          ? absl::StrCat("; text tower of width ", config.text.width)
          : "; no text tower",
      config.has_head()
          ? absl::StrCat("; head of ", config.num_classes, " classes")
          : "");
}

absl::Status Import(const ImportModelOptions& options, const Source& source,
                    const std::string& dir, v1::Manifest* result) {
  ASSIGN_OR_RETURN(const StateDict state, ParseStateDict(source.weights));
  ASSIGN_OR_RETURN(MappedWeights weights, MapToOpenAiNames(state.tensors));
  std::vector<std::string> remarks = weights.notes;
  ASSIGN_OR_RETURN(
      const ModelHints hints,
      GatherHints(options, source, state, weights.naming, &remarks));
  Checkpoint checkpoint;
  ASSIGN_OR_RETURN(checkpoint.config, InferModelConfig(weights.tensors, hints));
  if (!hints.heads.has_value()) {
    remarks.push_back(
        absl::StrCat("heads: width / 64 = ", checkpoint.config.vision.heads));
  }
  RETURN_IF_ERROR(CheckTensors(checkpoint.config, weights.tensors));
  int64_t parameters = 0;
  for (const auto& [name, tensor] : weights.tensors) {
    parameters += tensor.numel();
  }
  AddCounter("parameters", static_cast<double>(parameters), result);
  AddNote("model", ModelText(checkpoint.config), result);
  AddNote("source_file", Basename(source.path), result);
  AddNote("source_format", ToString(state.format), result);
  AddNote("source_names", weights.naming, result);
  if (!remarks.empty()) {
    AddNote("remarks", absl::StrJoin(remarks, "; "), result);
  }
  checkpoint.tensors = std::move(weights.tensors);
  return WriteCheckpoint(dir, checkpoint).status();
}

}  // namespace

absl::StatusOr<WorkResult> ImportModel(const ImportModelOptions& options) {
  ASSIGN_OR_RETURN(const Source source, ReadSource(options.source));
  const std::string digest = Sha256Hex(source.weights);
  Work work{.tool = "import_model", .algorithm_version = kImportModelVersion};
  work.AddOption("activation", options.activation.has_value()
                                   ? ToString(*options.activation)
                                   : "");
  work.AddNumber("heads", options.heads);
  work.AddNumber("text_heads", options.text_heads);
  work.AddInput("source", source.path, digest);
  // The files beside the weights are inputs too: another one, another result.
  for (const auto& [name, json] : source.beside) {
    work.AddInput(name, JoinPath(Dirname(source.path), name), Sha256Hex(json));
  }
  return MakeDirectory(
      options.run, work, {kModelFile, kConfigFile},
      [&](const std::string& dir, v1::Manifest* result) {
        const std::string known = KnownWeights(digest);
        if (!known.empty()) AddNote("weights", known, result);
        return Annotate(
            CatchTorch([&] { return Import(options, source, dir, result); }),
            source.path);
      });
}

std::string ToText(const WorkResult& result,
                   const ImportModelOptions& options) {
  if (!result.complete) return "";
  const auto note = [&result](const char* name) {
    return NoteOf(result.manifest, name);
  };
  const std::string weights = note("weights"), remarks = note("remarks");
  return absl::StrCat(
      note("source_file"), ": ", weights.empty() ? "CLIP weights" : weights,
      ", ", note("model"), "\n",
      remarks.empty() ? "" : absl::StrCat("note: ", remarks, "\n"),
      options.run.output, ": ",
      result.already_done ? "already done" : "written", ", fingerprint ",
      result.manifest.fingerprint(), "\n");
}

}  // namespace maskfill
