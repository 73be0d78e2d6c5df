// --layout=csv: a list of images in a file.
#ifndef MASKFILL_INGEST_LAYOUT_CSV_LAYOUT_H_
#define MASKFILL_INGEST_LAYOUT_CSV_LAYOUT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ingest/image_list.h"

namespace maskfill {

// Adds the images that the rows of `csv_file` (csv_reader.h) name. Its first
// row names the columns, in any order; others are left out with a note:
//
//   path    below list->source; of any suffix, as the contents say the format
//   label   or labels: one, or several separated by ';', the first of which is
//           ImageRecord.label
//   split   optional: train, val or test; only rows of `split` are taken
//   group   optional: of worst-group accuracy, may be empty
//
// Labels are keys of `classes_file`, or numbers below its length where not all
// of them are keys. Without a classes_file they are numbers where all of them
// are, of the classes "0", "1", ... up to the greatest; else keys of classes
// that are numbered in bytewise order. All rows count, so that every split has
// the same classes. Rows of files that are passed over (passed_over.h) are left
// out with a note.
//
// Findings name file and line: another number of fields, a path that is empty,
// repeated, absolute or leads out of the source, a label that is no class, an
// unknown split. NotFound when the file is missing or has no row of the split;
// DataLoss when it is no CSV or lacks a column.
absl::Status ListCsvLayout(const std::string& csv_file, absl::string_view split,
                           const std::string& classes_file, ImageList* list);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_CSV_LAYOUT_H_
