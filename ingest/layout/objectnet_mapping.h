// Which ImageNet classes the folders of ObjectNet are.
#ifndef MASKFILL_INGEST_LAYOUT_OBJECTNET_MAPPING_H_
#define MASKFILL_INGEST_LAYOUT_OBJECTNET_MAPPING_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ingest/classes/class_list.h"

namespace maskfill {

struct ObjectNetMapping {
  // Labels of a folder, in the order of the mapping; none for a folder whose
  // objects are not among the classes.
  std::map<std::string, std::vector<int64_t>> labels_of_folder;
  std::string sha256;  // of the files read, hex
};

// Reads the files of the archive's directory "mappings":
//
//   folder_to_objectnet_label.json  {"alarm_clock": "Alarm clock", ...}
//   objectnet_to_imagenet_1k.json   {"Alarm clock": "analog clock; digital
//                                    clock", ...}, of overlapping classes only
//
// What the latter maps to are keys of `classes` when these are from a file.
// Otherwise they are descriptions of ImageNet's classes, and two more files
// lead from them to labels:
//
//   imagenet_to_label_2012_v2          descriptions, one a line, in the order
//                                      of ILSVRC2012's own numbers
//   pytorch_to_imagenet_2012_id.json   {"<label>": <such a number>, ...}
//
// NotFound when a file is missing; DataLoss when one is damaged or names
// something that is nowhere else, or a description that several classes have.
absl::StatusOr<ObjectNetMapping> ReadObjectNetMapping(const std::string& dir,
                                                      const ClassList& classes);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_OBJECTNET_MAPPING_H_
