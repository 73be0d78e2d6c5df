#include "ingest/layout/layout.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"
#include "glog/logging.h"
#include "ingest/classes/class_list.h"
#include "ingest/layout/folder_layout.h"
#include "ingest/layout/imagenet_layout.h"
#include "ingest/layout/imagenet_sketch_layout.h"
#include "ingest/layout/imagenet_subset_layout.h"
#include "ingest/layout/imagenet_v2_layout.h"
#include "ingest/layout/objectnet_layout.h"

namespace maskfill {
namespace {

constexpr Layout kLayouts[] = {Layout::kFolder,         Layout::kImagenet,
                               Layout::kImagenetV2,     Layout::kImagenetR,
                               Layout::kImagenetSketch, Layout::kImagenetA,
                               Layout::kObjectNet};

absl::StatusOr<ImageList> List(Layout layout, const std::string& source,
                               const std::string& split,
                               const std::string& classes_file) {
  if (layout == Layout::kFolder) return ListFolderLayout(source, classes_file);
  ASSIGN_OR_RETURN(const ClassList classes, ClassListOrImagenet(classes_file));
  switch (layout) {
    case Layout::kFolder:
      break;
    case Layout::kImagenet:
      return ListImagenetLayout(source, split, classes);
    case Layout::kImagenetV2:
      return ListImagenetV2Layout(source, classes);
    case Layout::kImagenetR:
      return ListImagenetSubsetLayout(source, ImagenetSubset::kR, classes);
    case Layout::kImagenetSketch:
      return ListImagenetSketchLayout(source, classes);
    case Layout::kImagenetA:
      return ListImagenetSubsetLayout(source, ImagenetSubset::kA, classes);
    case Layout::kObjectNet:
      return ListObjectNetLayout(source, classes);
  }
  LOG(FATAL) << "unknown layout " << static_cast<int>(layout);
}

}  // namespace

absl::StatusOr<Layout> ParseLayout(absl::string_view text) {
  std::vector<std::string> names;
  for (const Layout layout : kLayouts) {
    if (text == ToString(layout)) return layout;
    names.push_back(ToString(layout));
  }
  return absl::InvalidArgumentError(absl::StrCat("--layout is \"", text,
                                                 "\", expected one of ",
                                                 absl::StrJoin(names, ", ")));
}

const char* ToString(Layout layout) {
  switch (layout) {
    case Layout::kFolder:
      return "folder";
    case Layout::kImagenet:
      return "imagenet";
    case Layout::kImagenetV2:
      return "imagenet_v2";
    case Layout::kImagenetR:
      return "imagenet_r";
    case Layout::kImagenetSketch:
      return "imagenet_sketch";
    case Layout::kImagenetA:
      return "imagenet_a";
    case Layout::kObjectNet:
      return "objectnet";
  }
  LOG(FATAL) << "unknown layout " << static_cast<int>(layout);
}

bool IsTestSet(Layout layout) {
  return layout != Layout::kFolder && layout != Layout::kImagenet;
}

absl::StatusOr<ImageList> ListImages(Layout layout, const std::string& source,
                                     const std::string& split,
                                     const std::string& classes_file) {
  ASSIGN_OR_RETURN(ImageList list, List(layout, source, split, classes_file));
  if (list.files.empty()) {
    return absl::NotFoundError(absl::StrCat("the class folders of \"", source,
                                            "\" hold no images (",
                                            kImageSuffixes, ")"));
  }
  return list;
}

}  // namespace maskfill
