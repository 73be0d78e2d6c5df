// How the images of a data set lie on disk.
#ifndef MASKFILL_INGEST_LAYOUT_LAYOUT_H_
#define MASKFILL_INGEST_LAYOUT_LAYOUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ingest/image_list.h"

namespace maskfill {

enum class Layout {
  kFolder,          // folder_layout.h
  kImagenet,        // imagenet_layout.h
  kImagenetV2,      // imagenet_v2_layout.h
  kImagenetR,       // imagenet_subset_layout.h
  kImagenetSketch,  // imagenet_sketch_layout.h
  kImagenetA,       // imagenet_subset_layout.h
  kObjectNet,       // objectnet_layout.h
};
absl::StatusOr<Layout> ParseLayout(absl::string_view text);
const char* ToString(Layout layout);

// Whether the set exists to be tested on alone and has no splits.
bool IsTestSet(Layout layout);

// The images below `source`. NotFound when there are none. `split` matters to
// kImagenet alone. `classes_file`: a JSON list of class keys in label order in
// place of the sorted folders (kFolder) or of ImageNet's wnids (the others);
// empty for none.
absl::StatusOr<ImageList> ListImages(Layout layout, const std::string& source,
                                     const std::string& split,
                                     const std::string& classes_file);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_LAYOUT_H_
