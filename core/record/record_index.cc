#include "core/record/record_index.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/record_framing.h"

namespace maskfill {

absl::StatusOr<std::vector<int64_t>> ReadRecordIndex(const std::string& path,
                                                     int64_t records,
                                                     int64_t bytes) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::vector<int64_t> offsets;
  offsets.reserve(static_cast<size_t>(records) + 1);
  int64_t next = 0;
  absl::string_view rest = text;
  while (!rest.empty()) {
    const size_t newline = rest.find('\n');
    const absl::string_view line = rest.substr(0, newline);
    const size_t space = line.find(' ');
    int64_t offset = 0;
    int64_t size = 0;
    if (newline == absl::string_view::npos ||
        space == absl::string_view::npos ||
        !absl::SimpleAtoi(line.substr(0, space), &offset) ||
        !absl::SimpleAtoi(line.substr(space + 1), &size) || offset != next ||
        size < kRecordOverheadBytes ||
        size > kDefaultMaxRecordBytes + kRecordOverheadBytes) {
      return absl::DataLossError(absl::StrCat(
          path, ": line ", offsets.size() + 1, " is \"", line.substr(0, 80),
          "\", expected offset ", next, " and the record's size"));
    }
    offsets.push_back(offset);
    next = offset + size;
    rest.remove_prefix(newline + 1);
  }
  if (static_cast<int64_t>(offsets.size()) != records || next != bytes) {
    return absl::DataLossError(absl::StrCat(
        path, ": lists ", offsets.size(), " records up to byte ", next,
        ", the manifest says ", records, " records, ", bytes, " bytes"));
  }
  offsets.push_back(next);
  return offsets;
}

std::string FormatRecordIndex(absl::Span<const int64_t> offsets) {
  std::string text;
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    absl::StrAppend(&text, offsets[i], " ", offsets[i + 1] - offsets[i], "\n");
  }
  return text;
}

}  // namespace maskfill
