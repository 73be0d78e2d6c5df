// How the images of a data set lie on disk.
#ifndef MASKFILL_INGEST_LAYOUT_LAYOUT_H_
#define MASKFILL_INGEST_LAYOUT_LAYOUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ingest/image_list.h"

namespace maskfill {

enum class Layout {
  // Any data set: <source>/<class>/**; label i is the i-th folder in bytewise
  // order, as torchvision's ImageFolder numbers them, or the i-th entry of
  // `classes_file`, of whose folders some may be missing.
  kFolder,
  // ImageNet-1k or any part of it: <source>/<split>/<class key>/**. Labels are
  // those of the 1000 classes however few are there, here and below.
  kImagenet,
  // <source>/<label>/**, for example
  // imagenetv2-matched-frequency-format-val/281/*: label = int(folder name),
  // not the folder's place among sorted names ("0", "1", "10", "100", ...).
  kImagenetV2,
  // <source>/<class key>/**. Allowed are the set's 200 classes, however few
  // are there; of a list from a file those that have a folder.
  kImagenetR,
  kImagenetSketch,  // <source>/<class key>/**, `source` being "sketch"
  kImagenetA,       // as kImagenetR
  kObjectNet,       // objectnet_layout.h
};
absl::StatusOr<Layout> ParseLayout(absl::string_view text);
const char* ToString(Layout layout);

// Whether the set exists to be tested on alone and has no splits.
bool IsTestSet(Layout layout);

// The images below `source`. `split` matters to kImagenet alone.
// `classes_file`: a JSON list of class keys in label order in place of the
// sorted folders (kFolder) or of ImageNet's wnids (the others); empty for none.
//
// NotFound when there are none, or not the split's folder (what is there is
// listed); InvalidArgument when a folder is not one that the layout has, or the
// folders are splits instead of classes; and as class_folders.h.
absl::StatusOr<ImageList> ListImages(Layout layout, const std::string& source,
                                     const std::string& split,
                                     const std::string& classes_file);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_LAYOUT_H_
