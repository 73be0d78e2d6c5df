// Groups of images that a file beside them tells.
#ifndef MASKFILL_INGEST_GROUPS_H_
#define MASKFILL_INGEST_GROUPS_H_

#include <string>

#include "absl/status/status.h"
#include "ingest/image_list.h"

namespace maskfill {

struct GroupOptions {
  std::string file;              // CSV (csv_reader.h); empty: no groups
  std::string column = "group";  // of it; another one than "path"
};

// Gives the images of `list` the groups that `options.file` tells. Its first
// row names the columns, among them `path`: that of an image below the source,
// with any folders before it, so that one file may tell of several sources. A
// group is called as the column's value, of another column than "group"
// COLUMN=VALUE. Rows of other images are passed over; images without a row, or
// with an empty value, stay without a group.
//
// NotFound when there is no such file; DataLoss when it is no CSV, lacks a
// column, tells of an image twice or of none.
absl::Status SetGroups(const GroupOptions& options, ImageList* list);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_GROUPS_H_
