#include "ingest/classes/class_list.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/foreign_json.h"
#include "core/base/status_macros.h"
#include "ingest/classes/imagenet_classes.h"
#include "nlohmann/json.hpp"

namespace maskfill {

absl::StatusOr<ClassList> ReadClassList(const std::string& classes_file) {
  ASSIGN_OR_RETURN(const std::string text,
                   Annotate(ReadFile(classes_file), "--classes"));
  const nlohmann::json json = ParseForeignJson(text);
  const auto is_string = [](const nlohmann::json& j) { return j.is_string(); };
  if (!json.is_array() || json.empty() ||
      !std::all_of(json.begin(), json.end(), is_string)) {
    return absl::DataLossError(
        absl::StrCat("\"", classes_file,
                     "\" is not a JSON list of folder names, expected for "
                     "example [\"cat\", \"dog\"]"));
  }
  ClassList classes;
  classes.is_imagenet = false;
  classes.origin = absl::StrCat("the classes of --classes=", classes_file);
  classes.keys = json.get<std::vector<std::string>>();
  for (const std::string& key : classes.keys) {
    if (!classes.labels.emplace(key, classes.labels.size()).second) {
      return absl::DataLossError(absl::StrCat(
          "\"", classes_file, "\" names the class \"", key, "\" twice"));
    }
  }
  return classes;
}

absl::StatusOr<ClassList> ClassListOrImagenet(const std::string& classes_file) {
  if (!classes_file.empty()) return ReadClassList(classes_file);
  ClassList classes;
  classes.origin = "the 1000 wnids of ImageNet";
  for (const ImagenetClass& imagenet_class : ImagenetClasses()) {
    classes.labels.emplace(imagenet_class.wnid, classes.labels.size());
    classes.keys.push_back(imagenet_class.wnid);
    classes.names.push_back(imagenet_class.name);
  }
  return classes;
}

void SetClasses(const ClassList& classes, ImageList* list) {
  list->class_keys = classes.keys;
  list->class_names = classes.names;
}

}  // namespace maskfill
