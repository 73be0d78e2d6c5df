#include "ingest/classes/imagenet_classes.h"

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "ingest/classes/imagenet_classes_data.h"

namespace maskfill {
namespace {

std::vector<ImagenetClass> Parse(absl::string_view table) {
  std::vector<ImagenetClass> classes;
  for (const absl::string_view line :
       absl::StrSplit(table, '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> fields =
        absl::StrSplit(line, absl::MaxSplits('\t', 1));
    classes.push_back({fields.first, fields.second});
  }
  CHECK_EQ(classes.size(), 1000u);
  return classes;
}

}  // namespace

const std::vector<ImagenetClass>& ImagenetClasses() {
  static const auto* classes =
      new std::vector<ImagenetClass>(Parse(ImagenetClassesTable()));
  return *classes;
}

}  // namespace maskfill
