#include "core/record/checkpoint_files.h"

#include <map>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

absl::Status CheckIsCheckpoint(const std::string& dir) {
  ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(dir));
  if (!is_directory) {
    return absl::NotFoundError(
        absl::StrCat("checkpoint \"", dir,
                     "\" is no directory; expected one that import_model, "
                     "build_zeroshot or train wrote"));
  }
  for (const char* file : {kModelFile, kConfigFile}) {
    ASSIGN_OR_RETURN(const bool there, FindPath(JoinPath(dir, file)));
    if (!there) {
      return absl::NotFoundError(
          absl::StrCat("checkpoint \"", dir, "\" has no ", file, "; expected ",
                       kModelFile, " and ", kConfigFile,
                       " as import_model, build_zeroshot or train write them"));
    }
  }
  return absl::OkStatus();
}

std::string Fingerprint(const SafetensorsHeader& header,
                        const std::string& config_json) {
  std::map<std::string, const SafetensorsEntry*> by_name;
  for (const SafetensorsEntry& entry : header.entries) {
    by_name[entry.name] = &entry;
  }
  Sha256 sha;
  sha.UpdateField("maskfill.checkpoint.1");
  for (const auto& [name, entry] : by_name) {
    sha.UpdateField(name);
    sha.UpdateField(entry->dtype);
    sha.UpdateField(absl::StrJoin(entry->shape, ","));
    sha.UpdateField(entry->crc32c);
  }
  sha.UpdateField(config_json);
  return sha.HexDigest();
}

}  // namespace

absl::StatusOr<CheckpointFiles> OpenCheckpointFiles(const std::string& dir) {
  RETURN_IF_ERROR(CheckIsCheckpoint(dir));
  CheckpointFiles files;
  ASSIGN_OR_RETURN(files.weights,
                   SafetensorsReader::Open(JoinPath(dir, kModelFile)));
  const std::string config = JoinPath(dir, kConfigFile);
  ASSIGN_OR_RETURN(files.config_json, ReadFile(config));
  const auto& metadata = files.weights->header().metadata;
  if (const auto expected = metadata.find(kConfigDigest);
      expected != metadata.end()) {
    const std::string found = Sha256Hex(files.config_json);
    if (found != expected->second) {
      return absl::DataLossError(
          absl::StrCat("\"", config, "\" is not what was written with ",
                       kModelFile, ": its SHA-256 is ", found, ", expected ",
                       expected->second, "; make the checkpoint again"));
    }
  }
  files.has_checksums = HasChecksums(files.weights->header());
  if (!files.has_checksums) RETURN_IF_ERROR(files.weights->ReadChecksums());
  files.fingerprint = Fingerprint(files.weights->header(), files.config_json);
  return files;
}

}  // namespace maskfill
