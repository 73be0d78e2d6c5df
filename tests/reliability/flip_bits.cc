// Flips the bits of every file of a finished set of records or of a checkpoint,
// one after another, reads it after each as the stages do, and prints as JSON
// how often that was noticed, made no difference or gave something else.
//
//   flip_bits MOST DIRS    no more than MOST bits of each file, spread over it;
//                          DIRS: comma separated

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "core/base/init.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "core/record/checkpoint_files.h"
#include "core/record/indexed_records.h"
#include "core/record/manifest.h"
#include "core/record/record_set.h"
#include "nlohmann/json.hpp"
#include "tests/support/load_checkpoint.h"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

// All that a stage can learn from a set, in order and by position.
absl::StatusOr<std::string> DigestOfSet(const std::string& dir) {
  ASSIGN_OR_RETURN(const RecordSet set, RecordSet::Open(dir, ""));
  Sha256 sha;
  sha.UpdateField(ManifestToJson(set.manifest()));
  std::string payload;
  for (int64_t shard = 0; shard < set.num_shards(); ++shard) {
    ASSIGN_OR_RETURN(const auto reader, set.OpenShard(shard));
    absl::Status status = reader->Next(&payload);
    for (; status.ok(); status = reader->Next(&payload)) {
      sha.UpdateField(payload);
    }
    if (!absl::IsOutOfRange(status)) return status;
  }
  ASSIGN_OR_RETURN(const auto records, IndexedRecords::Open(set));
  for (int64_t position = set.num_records(); position-- > 0;) {
    RETURN_IF_ERROR(records->Read(position, &payload));
    sha.UpdateField(payload);
  }
  return sha.HexDigest();
}

absl::StatusOr<std::string> DigestOfCheckpoint(const std::string& dir) {
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, LoadCheckpoint(dir));
  Sha256 sha;
  ASSIGN_OR_RETURN(const std::string config, ConfigJson(checkpoint.config));
  sha.UpdateField(config);
  sha.UpdateField(checkpoint.fingerprint);
  for (const auto& [name, tensor] : checkpoint.tensors) {
    sha.UpdateField(name);
    sha.UpdateField(absl::string_view(
        static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes()));
  }
  // What the report's page tells of it.
  const std::string provenance = JoinPath(dir, "provenance.json");
  if (PathExists(provenance)) {
    ASSIGN_OR_RETURN(const v1::Manifest entry, ReadManifest(provenance));
    sha.UpdateField(ManifestToJson(entry));
  }
  return sha.HexDigest();
}

absl::StatusOr<std::string> DigestOf(const std::string& dir) {
  return PathExists(JoinPath(dir, kModelFile)) ? DigestOfCheckpoint(dir)
                                               : DigestOfSet(dir);
}

absl::StatusOr<Json> FlipBitsOf(const std::string& dir, const std::string& name,
                                const std::string& expected, int64_t most) {
  const std::string path = JoinPath(dir, name);
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(errno, "open", path);
  const int64_t bits = 8 * static_cast<int64_t>(bytes.size());
  const int64_t tried = std::min(bits, most);
  int64_t noticed = 0, without_effect = 0, wrong = 0;
  for (int64_t i = 0; i < tried; ++i) {
    const auto bit = static_cast<size_t>(i * bits / tried);
    const off_t at = static_cast<off_t>(bit / 8);
    const char flipped = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    if (pwrite(fd, &flipped, 1, at) != 1) {
      return ErrnoStatus(errno, "write", path);
    }
    const absl::StatusOr<std::string> digest = DigestOf(dir);
    noticed += !digest.ok();
    without_effect += digest.ok() && *digest == expected;
    wrong += digest.ok() && *digest != expected;
    if (pwrite(fd, &bytes[bit / 8], 1, at) != 1) {
      return ErrnoStatus(errno, "write", path);
    }
  }
  close(fd);
  return Json{{"file", path},
              {"bits", tried},
              {"noticed", noticed},
              {"without_effect", without_effect},
              {"wrong", wrong}};
}

absl::Status FlipBits(int num_arguments, char** arguments) {
  int64_t most = 0;
  if (num_arguments != 2 || !absl::SimpleAtoi(arguments[0], &most) ||
      most < 1) {
    return absl::InvalidArgumentError("expected a number and directories");
  }
  Json all = Json::array();
  const std::vector<std::string> dirs = absl::StrSplit(arguments[1], ',');
  for (const std::string& dir : dirs) {
    ASSIGN_OR_RETURN(const std::string expected, DigestOf(dir));
    ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir));
    for (const std::string& name : names) {
      ASSIGN_OR_RETURN(Json found, FlipBitsOf(dir, name, expected, most));
      all.push_back(std::move(found));
    }
  }
  std::printf("%s\n", all.dump(1).c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "flip_bits MOST DIRS", &argc, &argv,
      {{.name = "MOST", .facts = {.required = true}, .help = "bits of a file"},
       {.name = "DIRS",
        .facts = {.list = true, .required = true},
        .help = "sets of records or checkpoints"}});
  return maskfill::ExitCode(maskfill::FlipBits(argc - 1, argv + 1));
}
