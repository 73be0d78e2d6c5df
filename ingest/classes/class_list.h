// The classes that labels refer to.
#ifndef MASKFILL_INGEST_CLASSES_CLASS_LIST_H_
#define MASKFILL_INGEST_CLASSES_CLASS_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "ingest/image_list.h"

namespace maskfill {

struct ClassList {
  int64_t size() const { return static_cast<int64_t>(keys.size()); }

  std::vector<std::string> keys;   // of label i, e.g. a wnid
  std::vector<std::string> names;  // for people; empty when unknown
  absl::flat_hash_map<std::string, int64_t> labels;  // the inverse of keys
  bool is_imagenet = true;                           // or from a file
  // For messages: "the 1000 wnids of ImageNet".
  std::string origin;
};

// The list in `classes_file`, a JSON list of class keys in label order, as
// Spurious Shapes' classes.json. NotFound when the file is missing, DataLoss
// when it is something else or names a class twice.
absl::StatusOr<ClassList> ReadClassList(const std::string& classes_file);

// The same; the 1000 classes of ImageNet-1k (imagenet_classes.h) when
// `classes_file` is empty.
absl::StatusOr<ClassList> ClassListOrImagenet(const std::string& classes_file);

// Makes the labels of `list` those of `classes`.
void SetClasses(const ClassList& classes, ImageList* list);

// The end of a message that doubts what was found: how to say that it is meant.
inline constexpr char kClassesAdvice[] =
    "; where they are classes, say so by --classes=FILE, a JSON list of their "
    "names in label order";

}  // namespace maskfill

#endif  // MASKFILL_INGEST_CLASSES_CLASS_LIST_H_
