#include "ingest/layout/objectnet_mapping.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "core/base/files.h"
#include "core/base/foreign_json.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::json;

constexpr char kFolderFile[] = "folder_to_objectnet_label.json";
constexpr char kClassFile[] = "objectnet_to_imagenet_1k.json";
constexpr char kDescriptionFile[] = "imagenet_to_label_2012_v2";
constexpr char kNumberFile[] = "pytorch_to_imagenet_2012_id.json";

// A label that several classes would have.
constexpr int64_t kAmbiguous = -1;
using Labels = absl::flat_hash_map<std::string, int64_t>;

// Reads the files of one directory and digests them.
class MappingFiles {
 public:
  explicit MappingFiles(const std::string& dir) : dir_(dir) {}

  std::string PathOf(const char* name) const { return JoinPath(dir_, name); }

  absl::StatusOr<std::string> Read(const char* name) {
    const absl::StatusOr<std::string> text = ReadFile(PathOf(name));
    if (absl::IsNotFound(text.status())) {
      return absl::NotFoundError(absl::StrCat(
          "there is no file \"", PathOf(name),
          "\", from which ObjectNet's labels follow; it is in the archive of ",
          "ObjectNet, in mappings/ beside images/; for classes other than ",
          "ImageNet's give --classes=FILE"));
    }
    RETURN_IF_ERROR(text.status());
    sha_.UpdateField(name);
    sha_.UpdateField(*text);
    return *text;
  }

  // A file that holds an object, whose values satisfy `is_value`.
  absl::StatusOr<Json> ReadObject(const char* name,
                                  bool (Json::*is_value)() const,
                                  const char* example) {
    ASSIGN_OR_RETURN(const std::string text, Read(name));
    Json json = ParseForeignJson<Json>(text);
    bool fits = json.is_object();
    if (fits) {
      for (const Json& value : json) fits = fits && (value.*is_value)();
    }
    if (!fits) {
      return absl::DataLossError(absl::StrCat("\"", PathOf(name),
                                              "\" is damaged: expected a JSON ",
                                              "object such as ", example));
    }
    return json;
  }

  std::string Digest() { return sha_.HexDigest(); }

 private:
  const std::string dir_;
  Sha256 sha_;
};

// Label by ImageNet's own description of a class.
absl::StatusOr<Labels> ReadDescriptions(int64_t num_classes,
                                        MappingFiles* files) {
  ASSIGN_OR_RETURN(const std::string text, files->Read(kDescriptionFile));
  const std::vector<std::string> descriptions =
      absl::StrSplit(absl::StripAsciiWhitespace(text), '\n');
  ASSIGN_OR_RETURN(const Json numbers,
                   files->ReadObject(kNumberFile, &Json::is_number_unsigned,
                                     "{\"0\": 355}"));
  Labels labels;
  for (const auto& [key, value] : numbers.items()) {
    int64_t label = 0;
    const uint64_t number = value.get<uint64_t>();
    if (!absl::SimpleAtoi(key, &label) || label < 0 || label >= num_classes ||
        number >= descriptions.size()) {
      return absl::DataLossError(absl::StrCat(
          "\"", files->PathOf(kNumberFile), "\" maps \"", key, "\" to ", number,
          ", expected a label below ", num_classes, " and a line below ",
          descriptions.size(), " of ", kDescriptionFile));
    }
    const std::string description(
        absl::StripAsciiWhitespace(descriptions[number]));
    // "crane" is a bird and a machine.
    const auto [entry, added] = labels.try_emplace(description, label);
    if (!added) entry->second = kAmbiguous;
  }
  return labels;
}

// The labels that `names`, separated by "; ", stand for.
absl::StatusOr<std::vector<int64_t>> LabelsOfNames(const std::string& names,
                                                   const Labels& labels) {
  std::vector<int64_t> found;
  for (absl::string_view name : absl::StrSplit(names, ';')) {
    name = absl::StripAsciiWhitespace(name);
    const auto label = labels.find(name);
    if (label == labels.end() || label->second == kAmbiguous) {
      return absl::DataLossError(absl::StrCat(
          "maps to \"", name, "\", which is ",
          label == labels.end() ? "no class" : "the name of several classes"));
    }
    found.push_back(label->second);
  }
  return found;
}

}  // namespace

absl::StatusOr<ObjectNetMapping> ReadObjectNetMapping(
    const std::string& dir, const ClassList& classes) {
  MappingFiles files(dir);
  ASSIGN_OR_RETURN(const Json folders,
                   files.ReadObject(kFolderFile, &Json::is_string,
                                    "{\"alarm_clock\": \"Alarm clock\"}"));
  ASSIGN_OR_RETURN(const Json names,
                   files.ReadObject(kClassFile, &Json::is_string,
                                    "{\"Bench\": \"park bench\"}"));
  Labels labels = classes.labels;
  std::string origin = classes.origin;
  if (classes.is_imagenet) {
    ASSIGN_OR_RETURN(labels, ReadDescriptions(classes.size(), &files));
    origin = absl::StrCat(kDescriptionFile,
                          "; where these are not ImageNet's classes, give "
                          "--classes=FILE");
  }
  ObjectNetMapping mapping;
  Json unused = names;
  for (const auto& [folder, label] : folders.items()) {
    std::vector<int64_t>& found = mapping.labels_of_folder[folder];
    const std::string objectnet_label = label.get<std::string>();
    const auto name = names.find(objectnet_label);
    if (name == names.end()) continue;
    absl::StatusOr<std::vector<int64_t>> of_names =
        LabelsOfNames(name->get<std::string>(), labels);
    if (!of_names.ok()) {
      return absl::DataLossError(absl::StrCat(
          "\"", files.PathOf(kClassFile), "\": \"", objectnet_label, "\" ",
          of_names.status().message(), ", expected those of ", origin));
    }
    found = *std::move(of_names);
    unused.erase(objectnet_label);
  }
  if (!unused.empty()) {
    return absl::DataLossError(absl::StrCat(
        "\"", files.PathOf(kClassFile), "\" names \"", unused.begin().key(),
        "\", which no folder of ", kFolderFile, " has; do the two files come ",
        "from the same archive?"));
  }
  mapping.sha256 = files.Digest();
  return mapping;
}

}  // namespace maskfill
