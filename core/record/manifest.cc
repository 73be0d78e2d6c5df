#include "core/record/manifest.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/base/atomic_file.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/record/record_framing.h"
#include "core/record/record_parsing.h"
#include "core/record/shard_name.h"
#include "glog/logging.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/util/json_util.h"

namespace maskfill {
namespace {

constexpr absl::string_view kManifestSuffix = ".manifest.json";
constexpr absl::string_view kEntrySuffix = ".entry.json";
// A manifest of 10,000 shards has 5 MB; of what is repeated protobuf makes
// twenty times as many.
constexpr int64_t kMaxManifestBytes = int64_t{64} << 20;

// As it is written, but for its own checksum.
std::string ToJson(const v1::Manifest& manifest) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(manifest, &json, options);
  CHECK(status.ok()) << status.message();
  return json;
}

std::string ChecksumOf(const v1::Manifest& without_checksum) {
  return absl::StrFormat("%08x", Crc32c(ToJson(without_checksum)));
}

std::string Serialise(const google::protobuf::MessageLite& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  CHECK(message.SerializeToCodedStream(&coded));
  coded.Trim();
  return bytes;
}

std::vector<std::pair<std::string, std::string>> SortedOptions(
    const v1::Manifest& manifest) {
  std::vector<std::pair<std::string, std::string>> options;
  for (const v1::Option& option : manifest.options()) {
    options.emplace_back(option.name(), option.value());
  }
  std::sort(options.begin(), options.end());
  return options;
}

absl::Status CheckFields(const v1::Manifest& manifest) {
  if (!StaysBelow(manifest.name()) || absl::StrContains(manifest.name(), '/') ||
      manifest.name()[0] == '.') {
    return absl::DataLossError(
        absl::StrCat("name is \"", absl::CEscape(manifest.name()),
                     "\", expected the prefix of the shards' names"));
  }
  for (const v1::ShardEntry& shard : manifest.shards()) {
    const bool crc_ok = shard.crc32c().size() == 8 &&
                        shard.crc32c().find_first_not_of("0123456789abcdef") ==
                            std::string::npos;
    if (shard.records() < 0 || !crc_ok ||
        shard.bytes() / kRecordOverheadBytes < shard.records()) {
      return absl::DataLossError(
          absl::StrCat("shard \"", shard.name(), "\" cannot have ",
                       shard.records(), " records, ", shard.bytes(),
                       " bytes and checksum \"", shard.crc32c(), "\""));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckHash(absl::string_view what, absl::string_view found,
                       absl::string_view expected) {
  if (found == expected) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      what, " is ", found, ", but the fields give ", expected,
      ": the file was edited or is damaged; remove it and make the "
      "set again"));
}

absl::StatusOr<v1::Manifest> Parse(const std::string& json) {
  if (json.empty()) {
    return absl::DataLossError(
        "has 0 bytes, expected a manifest; remove it and make the set again");
  }
  v1::Manifest manifest;
  const auto parsed =
      google::protobuf::util::JsonStringToMessage(json, &manifest);
  if (!parsed.ok()) {
    return absl::DataLossError(
        absl::StrCat("not a manifest: ", std::string(parsed.message())));
  }
  if (manifest.schema_version() != kManifestSchemaVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "schema_version of the manifest is ", manifest.schema_version(),
        ", this version reads ", kManifestSchemaVersion,
        manifest.schema_version() > kManifestSchemaVersion
            ? ": it was made by a newer version, use that"
            : ": it was made by an older version, make it again elsewhere"));
  }
  const std::string crc32c = std::exchange(*manifest.mutable_crc32c(), "");
  RETURN_IF_ERROR(CheckFields(manifest));
  RETURN_IF_ERROR(CheckHash("fingerprint", manifest.fingerprint(),
                            ComputeFingerprint(manifest)));
  if (!crc32c.empty()) {
    RETURN_IF_ERROR(CheckHash("crc32c", crc32c, ChecksumOf(manifest)));
  }
  return manifest;
}

absl::StatusOr<std::string> ReadJson(const std::string& path) {
  const absl::StatusOr<int64_t> bytes = FileSize(path);
  if (!bytes.ok() || *bytes <= kMaxManifestBytes) return ReadFile(path);
  return absl::DataLossError(
      absl::StrCat("\"", path, "\" has ", *bytes, " bytes, a manifest at most ",
                   kMaxManifestBytes, "; remove it and make the set again"));
}

// One line per difference between two sets of named values.
void CompareMaps(absl::string_view kind,
                 const std::map<std::string, std::string>& a,
                 const std::map<std::string, std::string>& b,
                 absl::string_view here, absl::string_view there,
                 std::vector<std::string>* out) {
  const auto text = [](const std::map<std::string, std::string>& values,
                       const std::string& name) -> std::string {
    const auto it = values.find(name);
    return it == values.end() ? "absent" : absl::StrCat("\"", it->second, "\"");
  };
  std::map<std::string, std::string> names(a);
  names.insert(b.begin(), b.end());
  for (const auto& [name, unused] : names) {
    const std::string in_a = text(a, name);
    const std::string in_b = text(b, name);
    if (in_a == in_b) continue;
    out->push_back(absl::StrCat(kind, name, " is ", in_a, " in ", here, " and ",
                                in_b, " in ", there));
  }
}

std::map<std::string, std::string> OptionMap(const v1::Manifest& manifest) {
  std::map<std::string, std::string> map;
  for (const v1::Option& option : manifest.options()) {
    map[option.name()] = option.value();
  }
  return map;
}

std::map<std::string, std::string> InputMap(const v1::Manifest& manifest) {
  std::map<std::string, std::string> map;
  for (const v1::InputReference& input : manifest.inputs()) {
    map[input.role()] = input.fingerprint();
  }
  return map;
}

}  // namespace

std::string ComputeFingerprint(const v1::Manifest& manifest) {
  Sha256 sha;
  sha.UpdateField("maskfill.fingerprint.2");
  sha.UpdateField(manifest.tool());
  sha.UpdateField(absl::StrCat(manifest.algorithm_version()));
  sha.UpdateField(absl::StrCat(manifest.options_size()));
  for (const auto& [name, value] : SortedOptions(manifest)) {
    sha.UpdateField(name);
    sha.UpdateField(value);
  }
  sha.UpdateField(absl::StrCat(manifest.seed()));
  sha.UpdateField(absl::StrCat(manifest.inputs_size()));
  for (const v1::InputReference& input : manifest.inputs()) {
    sha.UpdateField(input.role());
    sha.UpdateField(input.fingerprint());
  }
  return sha.HexDigest();
}

std::string ComputeContentFingerprint(const v1::Manifest& manifest) {
  Sha256 sha;
  sha.UpdateField("maskfill.content.1");
  sha.UpdateField(manifest.fingerprint());
  sha.UpdateField(manifest.name());
  sha.UpdateField(manifest.record_type());
  sha.UpdateField(Serialise(manifest.dataset()));
  sha.UpdateField(absl::StrCat(manifest.shards_size()));
  for (const v1::ShardEntry& shard : manifest.shards()) {
    sha.UpdateField(shard.name());
    sha.UpdateField(absl::StrCat(shard.records()));
    sha.UpdateField(absl::StrCat(shard.bytes()));
    sha.UpdateField(shard.crc32c());
  }
  return sha.HexDigest();
}

std::string ManifestToJson(const v1::Manifest& manifest) {
  v1::Manifest written = manifest;
  written.set_crc32c(ChecksumOf(manifest));
  return ToJson(written);
}

absl::Status WriteManifest(const std::string& dir,
                           const v1::Manifest& manifest) {
  return WriteFileAtomically(JoinPath(dir, ManifestName(manifest.name())),
                             ManifestToJson(manifest));
}

absl::StatusOr<v1::Manifest> ManifestFromJson(const std::string& json) {
  ASSIGN_OR_RETURN(v1::Manifest manifest, Parse(json));
  RETURN_IF_ERROR(CheckHash("content_fingerprint",
                            manifest.content_fingerprint(),
                            ComputeContentFingerprint(manifest)));
  return manifest;
}

absl::StatusOr<v1::Manifest> ReadManifest(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string json, ReadJson(path));
  return Annotate(ManifestFromJson(json), path);
}

absl::StatusOr<v1::Manifest> ReadUnfinishedManifest(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string json, ReadJson(path));
  return Annotate(Parse(json), path);
}

absl::StatusOr<std::string> FindManifest(const std::string& dir) {
  ASSIGN_OR_RETURN(const bool there, FindPath(dir));
  if (!there) {
    return absl::NotFoundError(absl::StrCat(
        "found no \"", dir, "\", expected a directory that a stage has made"));
  }
  ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(dir));
  if (!is_directory) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", dir,
                     "\" is not a directory, expected one that a "
                     "stage has made"));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir));
  std::vector<std::string> manifests;
  bool unfinished = false;
  for (const std::string& name : names) {
    if (name[0] == '.') {
      unfinished |= name == kPlanFile || absl::EndsWith(name, kEntrySuffix);
    } else if (absl::EndsWith(name, kManifestSuffix)) {
      manifests.push_back(name);
    }
  }
  if (manifests.size() == 1) return JoinPath(dir, manifests[0]);
  if (manifests.size() > 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", dir, "\" holds ", absl::StrJoin(manifests, " and "),
                     ", expected one manifest: one directory per set"));
  }
  if (unfinished) {
    return absl::NotFoundError(
        absl::StrCat("\"", dir,
                     "\" is unfinished: shards are missing; run the stage that "
                     "makes it again, it goes on where it stopped"));
  }
  return absl::NotFoundError(absl::StrCat(
      "\"", dir, "\" holds no *", kManifestSuffix,
      ", expected a directory that a stage has made and finished"));
}

const v1::InputReference* FindInput(const v1::Manifest& manifest,
                                    absl::string_view role) {
  for (const v1::InputReference& input : manifest.inputs()) {
    if (input.role() == role) return &input;
  }
  return nullptr;
}

std::string DescribeDifference(const v1::Manifest& a, const v1::Manifest& b,
                               absl::string_view here,
                               absl::string_view there) {
  std::vector<std::string> lines;
  CompareMaps("",
              {{"tool", a.tool()},
               {"algorithm_version", absl::StrCat(a.algorithm_version())}},
              {{"tool", b.tool()},
               {"algorithm_version", absl::StrCat(b.algorithm_version())}},
              here, there, &lines);
  CompareMaps("option ", OptionMap(a), OptionMap(b), here, there, &lines);
  CompareMaps("option ", {{"seed", absl::StrCat(a.seed())}},
              {{"seed", absl::StrCat(b.seed())}}, here, there, &lines);
  CompareMaps("input ", InputMap(a), InputMap(b), here, there, &lines);
  CompareMaps("", {{"record type", a.record_type()}, {"name", a.name()}},
              {{"record type", b.record_type()}, {"name", b.name()}}, here,
              there, &lines);
  return absl::StrJoin(lines, "; ");
}

absl::Status CheckSameImages(const v1::Manifest& images,
                             const v1::Manifest& derived,
                             absl::string_view images_path,
                             absl::string_view derived_path,
                             absl::string_view role) {
  const auto named = [](const v1::Manifest& manifest, absl::string_view path) {
    return path.empty()
               ? absl::StrCat(manifest.tool(), "'s \"", manifest.name(), "\"")
               : absl::StrCat("\"", path, "\"");
  };
  const v1::InputReference* input = FindInput(derived, role);
  if (input == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        named(derived, derived_path), " was made without ", role,
        ", expected a set made from ", named(images, images_path)));
  }
  if (input->fingerprint() == images.content_fingerprint()) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      named(derived, derived_path), " was made from other ", role,
      ": its input has content fingerprint ", input->fingerprint(), " (from \"",
      input->path(), "\"), but ", named(images, images_path), " has ",
      images.content_fingerprint(), "; run ", derived.tool(),
      " on these images, or give the images it was made from"));
}

}  // namespace maskfill
