#include "model_tool/weights/clip_weights.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/base/files.h"
#include "core/base/foreign_json.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"
#include "core/model/weight_space.h"
#include "core/model/weight_values.h"
#include "core/text/class_names.h"
#include "model_tool/weights/key_map.h"
#include "model_tool/weights/known_weights.h"
#include "model_tool/weights/library_config.h"
#include "model_tool/weights/model_claims.h"
#include "model_tool/weights/position_embedding.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

template <typename Strings>
void Append(Strings&& more, std::vector<std::string>* all) {
  all->insert(all->end(), more.begin(), more.end());
}

// The tensors of all files together.
absl::StatusOr<StateDict> ReadAll(const WeightsSource& source,
                                  const std::string& key) {
  StateDict all;
  all.names_prefix = key;
  for (const auto& file : source.files) {
    if (source.part_of.empty()) return ReadStateDict(file, key);
    ASSIGN_OR_RETURN(StateDict part, Annotate(ReadStateDict(file, key),
                                              Basename(file->path())));
    all.format = part.format;
    for (auto& [name, tensor] : part.tensors) {
      const auto named = source.part_of.find(name);
      if (named == source.part_of.end() ||
          named->second != Basename(file->path())) {
        return absl::DataLossError(absl::StrCat(
            source.path, ": does not say that ", Basename(file->path()),
            " holds \"", name, "\"; expected the index of these files"));
      }
      all.tensors[name] = std::move(tensor);
    }
  }
  for (const auto& [name, file] : source.part_of) {
    if (all.tensors.count(name) > 0) continue;
    return absl::DataLossError(absl::StrCat(source.path, ": says that ", file,
                                            " holds \"", name,
                                            "\", which it does not"));
  }
  return all;
}

// The head that lies beside the tower, under the names that the tower has.
absl::Status AddHead(const WeightsSource& source, NamedTensors* tensors) {
  if (source.head == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(StateDict head,
                   Annotate(ReadStateDict(source.head), kHeadFile));
  for (auto& [name, tensor] : head.tensors) {
    if (!tensors->emplace(name, tensor).second) {
      return absl::DataLossError(
          absl::StrCat("\"", name, "\" is in ", Basename(source.path),
                       " and in ", kHeadFile, "; expected it in one of them"));
    }
  }
  return absl::OkStatus();
}

// Everything that is said, flags first.
absl::StatusOr<ModelClaims> GatherClaims(const WeightsSource& source,
                                         const StateDict& state,
                                         const ClipWeightsOptions& options,
                                         ClipWeights* weights) {
  ModelClaims claims;
  if (options.activation.has_value()) {
    claims.Add("activation", ToString(*options.activation), "--activation");
  }
  if (options.heads > 0) claims.Add("vision.heads", options.heads, "--heads");
  if (options.text_heads > 0) {
    claims.Add("text.heads", options.text_heads, "--text_heads");
  }
  if (!weights->known.empty()) {
    claims.Add("activation", ToString(Activation::kQuickGelu),
               absl::StrCat("OpenAI, by the published SHA-256 of ",
                            absl::StrReplaceAll(weights->known,
                                                {{"OpenAI CLIP ", ""}})));
  }
  if (!state.scripted_activation.empty()) {
    claims.Add("activation", state.scripted_activation, "the file's code");
  }
  RETURN_IF_ERROR(AddClaimsOfMetadata(state.metadata, &claims));
  for (const char* name : kConfigurationFiles) {
    const auto json = source.configurations.find(name);
    if (json == source.configurations.end()) continue;
    RETURN_IF_ERROR(
        AddClaimsOfFile(json->second, json->first, &claims, &weights->remarks));
  }
  if (const auto names = source.configurations.find(kClassNamesFile);
      names != source.configurations.end()) {
    claims.Add("class_names", ParseForeignJson(names->second), kClassNamesFile);
  }
  return claims;
}

absl::Status CheckValues(const MappedWeights& mapped) {
  for (const auto& [name, tensor] : mapped.tensors) {
    if (!tensor.is_floating_point()) continue;
    const std::string problem = ValueProblem(name, tensor);
    if (problem.empty()) continue;
    return absl::DataLossError(
        absl::StrCat("\"", mapped.FileName(name), "\" ", problem,
                     "; expected weights that a model can run with"));
  }
  return absl::OkStatus();
}

absl::Status ResizeImages(int64_t image_size, ClipWeights* weights) {
  ModelConfig& config = weights->checkpoint.config;
  if (image_size == 0 || image_size == config.image_size) {
    return absl::OkStatus();
  }
  if (image_size % config.patch_size != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--image_size=", image_size, " is not a multiple of the patches' ",
        config.patch_size, " px"));
  }
  at::Tensor& positions =
      weights->checkpoint.tensors.at("visual.positional_embedding");
  positions =
      ResizePositionEmbedding(positions, image_size / config.patch_size);
  for (Setting& setting : weights->settings) {
    if (setting.name != "image_size") continue;
    setting.value = absl::StrCat(image_size);
    setting.by = absl::StrCat("--image_size; position embeddings resized from ",
                              config.image_size, " px");
  }
  config.image_size = image_size;
  return absl::OkStatus();
}

absl::Status NameClasses(const std::vector<std::string>& names,
                         ClipWeights* weights) {
  if (names.empty()) return absl::OkStatus();
  ModelConfig& config = weights->checkpoint.config;
  if (!config.has_head()) {
    return absl::InvalidArgumentError(
        "--class_names is given, but the weights have no head (classifier.*, "
        "classification_head.*); leave it out, or make a head of the names by "
        "build_zeroshot");
  }
  if (static_cast<int64_t>(names.size()) != config.num_classes) {
    return absl::InvalidArgumentError(
        absl::StrCat("--class_names has ", names.size(), " names, the head ",
                     config.num_classes, " rows; expected as many"));
  }
  config.class_names = names;
  std::erase_if(weights->settings, [](const Setting& setting) {
    return setting.name == "class_names";
  });
  weights->settings.push_back(
      {"class_names", absl::StrCat(names.size()), "--class_names"});
  return absl::OkStatus();
}

absl::Status Read(const WeightsSource& source,
                  const std::shared_future<std::string>& digest,
                  const ClipWeightsOptions& options, ClipWeights* weights) {
  weights->remarks = source.notes;
  ASSIGN_OR_RETURN(StateDict state, ReadAll(source, options.state_key));
  weights->format = state.format;
  weights->key = state.key;
  weights->other_keys = state.other_keys;
  weights->stored_tensors = static_cast<int64_t>(state.tensors.size());
  Append(state.notes, &weights->remarks);
  auto renamed = MapToOpenAiNames(state.tensors, state.names_prefix);
  if (!renamed.ok()) {
    // The first note says which dict was taken of several.
    return absl::Status(
        renamed.status().code(),
        absl::StrCat(renamed.status().message(),
                     state.other_keys.empty() ? "" : "; ",
                     state.other_keys.empty() ? "" : state.notes[0]));
  }
  MappedWeights mapped = *std::move(renamed);
  state.tensors.clear();
  // What was joined lies in memory of its own now.
  for (const auto& file : source.files) file->DropPages();
  RETURN_IF_ERROR(AddHead(source, &mapped.tensors));
  weights->naming = mapped.naming;
  Append(mapped.notes, &weights->remarks);
  weights->parameters = NumParameters(mapped.tensors);
  const absl::Status values = CheckValues(mapped);
  weights->known = KnownWeights(digest.get());
  ASSIGN_OR_RETURN(const ModelClaims claims,
                   GatherClaims(source, state, options, weights));
  ModelSettings decided;
  const absl::Status decision =
      DecideModelSettings(mapped.tensors, claims, &decided);
  weights->settings = std::move(decided.settings);
  Append(decided.remarks, &weights->remarks);
  const auto with_file_names = [&mapped](const absl::Status& status) {
    return absl::Status(status.code(), mapped.WithFileNames(status.message()));
  };
  if (!decision.ok()) return with_file_names(decision);
  Checkpoint& checkpoint = weights->checkpoint;
  checkpoint.config = decided.config;
  if (absl::Status fits = CheckTensors(checkpoint.config, mapped.tensors);
      !fits.ok()) {
    return with_file_names(fits);
  }
  RETURN_IF_ERROR(values);
  checkpoint.tensors = std::move(mapped.tensors);
  RETURN_IF_ERROR(ResizeImages(options.image_size, weights));
  RETURN_IF_ERROR(NameClasses(options.class_names, weights));
  if (const std::string equal = EqualNames(checkpoint.config.class_names);
      !equal.empty()) {
    weights->remarks.push_back(absl::StrCat(kEqualNames, equal));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadClipWeights(const WeightsSource& source,
                             const std::shared_future<std::string>& digest,
                             const ClipWeightsOptions& options,
                             ClipWeights* weights) {
  const absl::Status read =
      CatchTorch([&] { return Read(source, digest, options, weights); });
  if (read.ok()) return read;
  weights->known = KnownWeights(digest.get());
  if (absl::StrContains(read.message(), source.path)) return read;
  return Annotate(read, source.path);
}

}  // namespace maskfill
