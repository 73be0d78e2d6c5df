#include "model_tool/import_model.h"

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "core/work/directory.h"
#include "core/work/work.h"
#include "model_tool/weights/weights_source.h"

namespace maskfill {
namespace {

constexpr absl::string_view kSettingNote = "setting.";

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

// The settings as Import noted them.
std::vector<Setting> SettingsOf(const v1::Manifest& result) {
  std::vector<Setting> settings;
  for (const v1::Option& note : result.notes()) {
    absl::string_view name = note.name(), said = note.value();
    if (!absl::ConsumePrefix(&name, kSettingNote)) continue;
    absl::ConsumeSuffix(&said, ")");
    const std::pair<std::string, std::string> value_by =
        absl::StrSplit(said, absl::MaxSplits(" (", 1));
    settings.push_back({std::string(name), value_by.first, value_by.second});
  }
  return settings;
}

// Text that no other names have.
std::string LinesOf(const std::vector<std::string>& names) {
  return absl::StrJoin(names, "\n", [](std::string* out, const auto& name) {
    out->append(absl::StrReplaceAll(name, {{"\\", "\\\\"}, {"\n", "\\n"}}));
  });
}

absl::Status Import(const WeightsSource& source, const ClipWeights& weights,
                    const std::string& dir, v1::Manifest* result) {
  AddCounter("parameters", static_cast<double>(weights.parameters), result);
  if (!weights.known.empty()) AddNote("weights", weights.known, result);
  AddNote("model", ModelText(weights.checkpoint.config), result);
  AddNote("source_file", Basename(source.path), result);
  AddNote("source_format", ToString(weights.format), result);
  AddNote("source_names", weights.naming, result);
  if (!weights.remarks.empty()) {
    AddNote("remarks", absl::StrJoin(weights.remarks, "; "), result);
  }
  for (const Setting& setting : weights.settings) {
    AddNote(absl::StrCat(kSettingNote, setting.name),
            absl::StrCat(setting.value, " (", setting.by, ")"), result);
  }
  RETURN_IF_ERROR(WriteCheckpoint(dir, weights.checkpoint).status());
  return source.CheckUnchanged();
}

}  // namespace

absl::StatusOr<WorkResult> ImportModel(const ImportModelOptions& options) {
  ASSIGN_OR_RETURN(const WeightsSource source,
                   OpenWeightsSource(options.source));
  // Both take long, and each takes a core.
  const std::shared_future<std::string> digest = source.DigestMeanwhile();
  ClipWeights weights;
  const absl::Status read =
      ReadClipWeights(source, digest, options.weights, &weights);
  const ClipWeightsOptions& said = options.weights;
  Work work{.tool = "import_model", .algorithm_version = kImportModelVersion};
  work.AddOption("activation",
                 said.activation.has_value() ? ToString(*said.activation) : "");
  work.AddOption("state_key", said.state_key);
  work.AddNumber("heads", said.heads);
  work.AddNumber("text_heads", said.text_heads);
  work.AddNumber("image_size", said.image_size);
  work.AddOption("class_names", said.class_names.empty()
                                    ? ""
                                    : Sha256Hex(LinesOf(said.class_names)));
  work.AddInput("source", source.path, digest.get());
  if (source.head != nullptr) {
    work.AddInput("head", source.head->path(), Sha256Hex(source.head->bytes()));
  }
  // The files beside the weights are inputs too: another one, another result.
  for (const auto& [name, json] : source.configurations) {
    work.AddInput(name, JoinPath(Dirname(source.path), name), Sha256Hex(json));
  }
  return MakeDirectory(options.run, work, {kModelFile, kConfigFile},
                       [&](const std::string& dir, v1::Manifest* result) {
                         return read.ok() ? Import(source, weights, dir, result)
                                          : read;
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
      ", ", note("model"), "\n", SettingsText(SettingsOf(result.manifest)),
      remarks.empty() ? "" : absl::StrCat("note: ", remarks, "\n"),
      options.run.output, ": ",
      result.already_done ? "already done" : "written", ", fingerprint ",
      result.manifest.fingerprint(), "\n");
}

}  // namespace maskfill
