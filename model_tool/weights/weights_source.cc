#include "model_tool/weights/weights_source.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/foreign_json.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "model_tool/weights/library_config.h"
#include "model_tool/weights/model_claims.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

// "model.safetensors.index.json", "model.safetensors.index.fp16.json".
bool IsIndex(absl::string_view name) {
  return absl::StrContains(name, ".index.") && absl::EndsWith(name, ".json");
}

// "model-00002-of-00005.safetensors" -> "2 of 5"; "" for other names.
std::string PartText(absl::string_view name) {
  constexpr size_t kDigits = 5;
  const size_t of = name.find("-of-");
  if (of == absl::string_view::npos || of < kDigits + 1) return "";
  int part = 0, parts = 0;
  if (!absl::SimpleAtoi(name.substr(of - kDigits, kDigits), &part) ||
      !absl::SimpleAtoi(name.substr(of + 4, kDigits), &parts) || parts < 2) {
    return "";
  }
  return absl::StrCat(part, " of ", parts);
}

absl::StatusOr<std::string> FindInDirectory(const std::string& source,
                                            std::vector<std::string>* notes) {
  std::vector<std::string> hub_names;
  for (const char* name : kHubNames) {
    ASSIGN_OR_RETURN(const bool there, FindPath(JoinPath(source, name)));
    if (there) hub_names.push_back(name);
  }
  if (!hub_names.empty()) {
    if (hub_names.size() > 1) {
      notes->push_back(absl::StrCat(
          "took ", hub_names[0], "; beside it lies ",
          absl::StrJoin(hub_names.begin() + 1, hub_names.end(), ", ")));
    }
    return JoinPath(source, hub_names[0]);
  }
  std::vector<std::string> candidates;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(source));
  for (const std::string& name : names) {
    for (const char* suffix : {".safetensors", ".pt", ".pth", ".bin"}) {
      if (absl::EndsWith(name, suffix) && name != kHeadFile) {
        candidates.push_back(name);
      }
    }
    if (IsIndex(name)) return JoinPath(source, name);
  }
  if (candidates.size() == 1 && PartText(candidates[0]).empty()) {
    return JoinPath(source, candidates[0]);
  }
  if (!candidates.empty() &&
      std::all_of(candidates.begin(), candidates.end(),
                  [](const auto& name) { return !PartText(name).empty(); })) {
    return absl::NotFoundError(
        absl::StrCat(source, ": found only parts of a model's weights (",
                     candidates[0], " is part ", PartText(candidates[0]),
                     ") without their index; get it (*.index.json) as well"));
  }
  if (!candidates.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        source, ": found several weights files (",
        absl::StrJoin(candidates, ", "), "); name one by --source"));
  }
  if (IsDirectory(JoinPath(source, "snapshots"))) {
    return absl::NotFoundError(
        absl::StrCat(source,
                     ": is a model's folder in Hugging Face's cache; name the "
                     "revision inside it by --source: ",
                     JoinPath(source, "snapshots/<revision>")));
  }
  return absl::NotFoundError(absl::StrCat(
      source,
      ": found no weights, expected a .safetensors, .pt, .pth or .bin file"));
}

// SHA-256 of a file, of which a piece lies in memory at a time.
std::string DigestOf(const MappedFile& file) {
  constexpr size_t kPieceBytes = size_t{16} << 20;
  Sha256 sha;
  for (size_t at = 0; at < file.bytes().size(); at += kPieceBytes) {
    sha.Update(file.bytes().substr(at, kPieceBytes));
    file.DropPages(at, kPieceBytes);
  }
  return sha.HexDigest();
}

absl::Status OpenParts(WeightsSource* source) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(source->path));
  const nlohmann::json index = ParseForeignJson(text);
  const nlohmann::json parts =
      index.is_object() ? index.value("weight_map", nlohmann::json()) : index;
  std::set<std::string> names;
  if (parts.is_object()) {
    for (const auto& [tensor, name] : parts.items()) {
      if (!name.is_string()) continue;
      names.insert(name.get<std::string>());
      source->part_of[tensor] = name.get<std::string>();
    }
  }
  if (names.empty() || source->part_of.size() != parts.size()) {
    return absl::DataLossError(
        absl::StrCat(source->path,
                     ": has no \"weight_map\" of tensor and file names; "
                     "expected the index that transformers writes"));
  }
  for (const std::string& name : names) {
    // The index is data: it names files beside it and nothing else.
    if (Basename(name) != name) {
      return absl::DataLossError(
          absl::StrCat(source->path, ": names the file \"", absl::CEscape(name),
                       "\", expected one in the same folder"));
    }
    const std::string path = JoinPath(Dirname(source->path), name);
    ASSIGN_OR_RETURN(const bool there, FindPath(path));
    if (!there) {
      return absl::NotFoundError(
          absl::StrCat("\"", path, "\" is missing, one of the ", names.size(),
                       " files that ", Basename(source->path),
                       " names; get "
                       "it as well"));
    }
    ASSIGN_OR_RETURN(auto file, MappedFile::Open(path));
    source->files.push_back(std::move(file));
  }
  return absl::OkStatus();
}

}  // namespace

const char* const kHubNames[6] = {
    "model.safetensors",
    "open_clip_model.safetensors",
    "model.safetensors.index.json",
    "open_clip_pytorch_model.bin",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
};

std::string WeightsSource::Digest() const {
  std::vector<std::string> digests;
  for (const auto& file : files) {
    digests.push_back(DigestOf(*file));
  }
  if (files.size() == 1) return digests[0];
  Sha256 sha;
  for (size_t i = 0; i < files.size(); ++i) {
    sha.UpdateField(Basename(files[i]->path()));
    sha.UpdateField(digests[i]);
  }
  return sha.HexDigest();
}

std::shared_future<std::string> WeightsSource::DigestMeanwhile() const {
  return std::async([this] { return Digest(); });
}

absl::Status WeightsSource::CheckUnchanged() const {
  for (const auto& file : files) RETURN_IF_ERROR(file->CheckUnchanged());
  return head == nullptr ? absl::OkStatus() : head->CheckUnchanged();
}

absl::StatusOr<WeightsSource> OpenWeightsSource(const std::string& source) {
  WeightsSource opened;
  ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(source));
  if (is_directory) {
    ASSIGN_OR_RETURN(opened.path, FindInDirectory(source, &opened.notes));
  } else {
    opened.path = source;
  }
  ASSIGN_OR_RETURN(const bool there, FindPath(opened.path));
  if (IsIndex(opened.path) && there) {
    RETURN_IF_ERROR(OpenParts(&opened));
  } else {
    ASSIGN_OR_RETURN(auto file, MappedFile::Open(opened.path));
    opened.files.push_back(std::move(file));
    if (const std::string part = PartText(Basename(opened.path));
        !part.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(opened.path, ": is part ", part,
                       " of a model's weights; name their "
                       "folder or their index (*.index.json) by --source"));
    }
  }
  const std::string dir = Dirname(opened.path);
  std::vector<std::string> beside(std::begin(kConfigurationFiles),
                                  std::end(kConfigurationFiles));
  const std::string head = JoinPath(dir, kHeadFile);
  ASSIGN_OR_RETURN(const bool has_head, FindPath(head));
  if (head != opened.path && has_head) {
    ASSIGN_OR_RETURN(opened.head, MappedFile::Open(head));
    beside.push_back(kClassNamesFile);
  }
  for (const std::string& name : beside) {
    const std::string path = JoinPath(dir, name);
    ASSIGN_OR_RETURN(const bool has_it, FindPath(path));
    if (!has_it) continue;
    ASSIGN_OR_RETURN(opened.configurations[name], ReadFile(path));
  }
  return opened;
}

}  // namespace maskfill
