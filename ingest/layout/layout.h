// How the images of a data set lie on disk.
#ifndef MASKFILL_INGEST_LAYOUT_LAYOUT_H_
#define MASKFILL_INGEST_LAYOUT_LAYOUT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ingest/admitted_images.h"
#include "ingest/image_list.h"

namespace maskfill {

enum class Layout {
  kFolder,  // folder_layout.h
  kCsv,     // csv_layout.h
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

// Which data set, and where.
struct SourceOptions {
  Layout layout = Layout::kFolder;
  std::string path = {};  // directory; of kCsv the file
  // "train", "val" or "test": which folder (kImagenet) or rows (kCsv).
  std::string split = "train";
  // A JSON list of class keys in label order in place of the sorted folders
  // (kFolder), of what the rows say (kCsv) or of ImageNet's wnids (the others);
  // empty for none.
  std::string classes_file = {};
  std::string images_dir = {};           // of kCsv; empty: where the file lies
  std::vector<std::string> ignore = {};  // patterns of passed_over.h
  AdmittedImages admitted = {};
};

// The images of a source, with everything else that was found in it: wrong
// folders are ImageList.findings, not errors, so that all can be told at once.
// So are other numbers than the published set's, with ImageNet's classes.
//
// NotFound when there are no images, or not the split's folder (what is there
// is listed); InvalidArgument when the source is of another layout altogether.
absl::StatusOr<ImageList> ListSource(const SourceOptions& options);

// The same for a list that can be relied on: the first error among its findings
// is an error.
absl::StatusOr<ImageList> ListImages(const SourceOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_LAYOUT_H_
