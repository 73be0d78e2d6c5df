#include "record_tool/croissant.h"

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/mapped_file.h"
#include "core/base/preemption.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/record/record_set.h"
#include "core/work/file.h"
#include "core/work/work.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

// What the members' names stand for; the format fixes it word for word.
constexpr char kContext[] = R"({
  "@language": "en", "@vocab": "https://schema.org/",
  "citeAs": "cr:citeAs", "column": "cr:column",
  "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
  "rai": "http://mlcommons.org/croissant/RAI/",
  "data": {"@id": "cr:data", "@type": "@json"},
  "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
  "dct": "http://purl.org/dc/terms/",
  "equivalentProperty": "cr:equivalentProperty",
  "examples": {"@id": "cr:examples", "@type": "@json"},
  "extract": "cr:extract", "field": "cr:field",
  "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject",
  "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes",
  "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath",
  "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField",
  "path": "cr:path", "recordSet": "cr:recordSet",
  "references": "cr:references", "regex": "cr:regex",
  "repeated": "cr:repeated", "replace": "cr:replace",
  "samplingRate": "cr:samplingRate", "sc": "https://schema.org/",
  "separator": "cr:separator", "source": "cr:source",
  "subField": "cr:subField", "transform": "cr:transform"
})";

absl::StatusOr<Json> FileObject(const RecordSet& set, int64_t shard) {
  RETURN_IF_ERROR(CheckNotPreempted());
  const v1::ShardEntry& entry = set.manifest().shards(static_cast<int>(shard));
  ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> file,
                   MappedFile::Open(set.ShardPath(shard)));
  if (absl::StrFormat("%08x", Crc32c(file->bytes())) != entry.crc32c()) {
    return absl::DataLossError(absl::StrCat(
        file->path(), ": is damaged: its checksum is not the manifest's, ",
        entry.crc32c(), "; make the set again with --overwrite"));
  }
  return Json{{"@type", "cr:FileObject"},
              {"@id", entry.name()},
              {"name", entry.name()},
              {"description", absl::StrCat(entry.records(), " records of type ",
                                           set.manifest().record_type(),
                                           " in TFRecord "
                                           "framing")},
              {"contentUrl", entry.name()},
              {"contentSize", absl::StrCat(entry.bytes(), " B")},
              {"encodingFormat", "application/octet-stream"},
              {"sha256", Sha256Hex(file->bytes())}};
}

Json Field(const std::string& name, const std::string& description,
           const std::string& type) {
  return {{"@type", "cr:Field"},
          {"@id", "classes/" + name},
          {"name", name},
          {"description", description},
          {"dataType", type}};
}

Json Classes(const v1::DatasetInfo& dataset) {
  const bool named = dataset.class_names_size() == dataset.class_keys_size();
  Json fields = {Field("label", "the label in the records", "sc:Integer"),
                 Field("key", "the name of its folder", "sc:Text")};
  if (named) fields.push_back(Field("name", "its name for people", "sc:Text"));
  Json data = Json::array();
  for (int label = 0; label < dataset.class_keys_size(); ++label) {
    Json row = {{"classes/label", label},
                {"classes/key", dataset.class_keys(label)}};
    if (named) row["classes/name"] = dataset.class_names(label);
    data.push_back(std::move(row));
  }
  return {{"@type", "cr:RecordSet"},
          {"@id", "classes"},
          {"name", "classes"},
          {"dataType", "sc:Enumeration"},
          {"key", {{"@id", "classes/label"}}},
          {"field", std::move(fields)},
          {"data", std::move(data)}};
}

absl::StatusOr<Json> Describe(const RecordSet& set) {
  const v1::Manifest& manifest = set.manifest();
  Json json = {
      {"@context", Json::parse(kContext)},
      {"@type", "sc:Dataset"},
      {"name", manifest.name()},
      {"description",
       absl::StrCat(set.num_records(), " records of type ",
                    manifest.record_type(), ", made by ", manifest.tool(),
                    "; content fingerprint ", manifest.content_fingerprint())},
      {"conformsTo", "http://mlcommons.org/croissant/1.0"}};
  Json files = Json::array();
  for (int64_t shard = 0; shard < set.num_shards(); ++shard) {
    ASSIGN_OR_RETURN(Json file, FileObject(set, shard));
    files.push_back(std::move(file));
  }
  json["distribution"] = std::move(files);
  if (!manifest.dataset().class_keys().empty()) {
    json["recordSet"] = Json::array({Classes(manifest.dataset())});
  }
  return json;
}

}  // namespace

absl::StatusOr<WorkResult> MakeCroissant(const CroissantOptions& options) {
  ASSIGN_OR_RETURN(const RecordSet set, RecordSet::Open(options.run.input, ""));
  // What is described is the manifest, so that the file may lie beside it.
  ASSIGN_OR_RETURN(const std::string manifest, FindManifest(set.dir()));
  Work work{.tool = "records", .algorithm_version = kCroissantVersion};
  work.AddOption("command", "croissant");
  work.AddInput("records", manifest, set.manifest().content_fingerprint());
  RunOptions run = options.run;
  if (run.output.empty()) run.output = JoinPath(set.dir(), kCroissantFile);
  return MakeFile(
      run, work, [&set](AtomicFile& file, v1::Manifest*) -> absl::Status {
        ASSIGN_OR_RETURN(const Json json, Describe(set));
        return file.Append(
            json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
      });
}

}  // namespace maskfill
