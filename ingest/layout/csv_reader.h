// Rows of a CSV file (RFC 4180).
#ifndef MASKFILL_INGEST_LAYOUT_CSV_READER_H_
#define MASKFILL_INGEST_LAYOUT_CSV_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// Fields are separated by commas, rows end with LF or CRLF. A field in double
// quotes may hold commas, line ends and quotes, these doubled. A byte order
// mark and empty lines are passed over; spaces are part of a field.
//
//   CsvReader reader(text);
//   ASSIGN_OR_RETURN(bool more, reader.Next(&fields));
//
// Thread-compatible.
class CsvReader {
 public:
  // `text` must outlive this.
  explicit CsvReader(absl::string_view text);

  // Sets `fields` to those of the next row; false, and none, behind the last
  // one. DataLoss for quotes where RFC 4180 has none; the message names the
  // line.
  absl::StatusOr<bool> Next(std::vector<std::string>* fields);

  // Where the last row begins, counted from 1.
  int64_t line() const { return row_line_; }

 private:
  absl::StatusOr<std::string> Field();
  absl::StatusOr<std::string> QuotedField();
  // Consumes a line end, or says that there is none here.
  bool LineEnd();

  const absl::string_view text_;
  size_t at_ = 0;
  int64_t line_ = 1;
  int64_t row_line_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_CSV_READER_H_
