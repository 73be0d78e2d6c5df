// What the rows of a list of images say.
#ifndef MASKFILL_INGEST_LAYOUT_CSV_ROWS_H_
#define MASKFILL_INGEST_LAYOUT_CSV_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ingest/source_findings.h"

namespace maskfill {

struct CsvRow {
  int64_t line = 0;
  std::string path;
  std::vector<std::string> labels = {};  // at least one, as written
  std::string split;                     // empty without such a column
  std::string group;
};

// Wrong rows that are looked for before the others are not read any more.
inline constexpr size_t kMaxCsvErrors = 20;

// The rows of `text`, with the columns of csv_layout.h. A row that makes no
// sense is an error among `findings`, which names `file` and line. DataLoss
// when `text` is no CSV or lacks a column.
absl::StatusOr<std::vector<CsvRow>> ReadCsvRows(absl::string_view text,
                                                const std::string& file,
                                                SourceFindings* findings);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_CSV_ROWS_H_
