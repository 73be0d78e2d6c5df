#include "ingest/layout/csv_rows.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "ingest/layout/csv_reader.h"

namespace maskfill {
namespace {

using Fields = std::vector<std::string>;

// Places of the columns; -1 where there is none.
struct Columns {
  int path = -1;
  int label = -1;
  int split = -1;
  int group = -1;
  size_t count = 0;
};

absl::StatusOr<Columns> ReadHeader(const Fields& header,
                                   SourceFindings* findings) {
  Columns columns;
  columns.count = header.size();
  for (size_t i = 0; i < header.size(); ++i) {
    const std::string name(absl::StripAsciiWhitespace(header[i]));
    int* column = name == "path"                        ? &columns.path
                  : name == "label" || name == "labels" ? &columns.label
                  : name == "split"                     ? &columns.split
                  : name == "group"                     ? &columns.group
                                                        : nullptr;
    if (column == nullptr) {
      findings->LeaveOut("a column of the CSV file that has no meaning here",
                         name);
    } else if (*column >= 0) {
      return absl::DataLossError(
          absl::StrCat("the columns \"", header[*column], "\" and \"", name,
                       "\" say the same, expected one of them"));
    } else {
      *column = static_cast<int>(i);
    }
  }
  if (columns.path < 0 || columns.label < 0) {
    return absl::DataLossError(absl::StrCat(
        "there is no column \"", columns.path < 0 ? "path" : "label",
        "\", expected a first row such as path,label,split,group; found ",
        PrintablePath(ShortList(header))));
  }
  return columns;
}

// Below the source, and the same for the same file.
absl::Status CheckPath(const std::string& path) {
  if (StaysBelow(path)) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "the path is \"", PrintablePath(path), "\", expected one below the ",
      "images' directory (--images), without \".\", \"..\" or empty parts"));
}

absl::StatusOr<CsvRow> ReadRow(const Columns& columns, int64_t line,
                               Fields* fields) {
  if (fields->size() != columns.count) {
    return absl::DataLossError(absl::StrCat("there are ", fields->size(),
                                            " fields, expected ", columns.count,
                                            " as in the first row"));
  }
  const auto take = [&](int column) {
    return column < 0 ? std::string() : std::move((*fields)[column]);
  };
  CsvRow row{.line = line,
             .path = take(columns.path),
             .split = take(columns.split),
             .group = take(columns.group)};
  const std::string labels = take(columns.label);
  RETURN_IF_ERROR(CheckPath(row.path));
  for (const absl::string_view text :
       {absl::string_view(labels), absl::string_view(row.group)}) {
    if (FindInvalidUtf8(text) == absl::string_view::npos) continue;
    return absl::DataLossError(absl::StrCat("\"", PrintablePath(text),
                                            "\" is no UTF-8, expected text"));
  }
  for (const absl::string_view label : absl::StrSplit(labels, ';')) {
    row.labels.emplace_back(absl::StripAsciiWhitespace(label));
    if (row.labels.back().empty()) {
      return absl::DataLossError(
          absl::StrCat("the label is \"", labels,
                       "\", expected one, or several separated ", "by ';'"));
    }
  }
  if (columns.split >= 0 && row.split != "train" && row.split != "val" &&
      row.split != "test") {
    return absl::DataLossError(absl::StrCat("the split is \"",
                                            PrintablePath(row.split),
                                            "\", expected train, val or test"));
  }
  return row;
}

}  // namespace

absl::StatusOr<std::vector<CsvRow>> ReadCsvRows(absl::string_view text,
                                                const std::string& file,
                                                SourceFindings* findings) {
  CsvReader reader(text);
  Fields fields;
  ASSIGN_OR_RETURN(bool more, Annotate(reader.Next(&fields), file));
  ASSIGN_OR_RETURN(const Columns columns,
                   Annotate(ReadHeader(fields, findings), file));
  std::vector<CsvRow> rows;
  absl::flat_hash_map<std::string, int64_t> line_of_path;
  size_t errors = 0;
  while (errors < kMaxCsvErrors) {
    ASSIGN_OR_RETURN(more, Annotate(reader.Next(&fields), file));
    if (!more) break;
    absl::StatusOr<CsvRow> row = ReadRow(columns, reader.line(), &fields);
    if (row.ok()) {
      const auto [known, added] =
          line_of_path.emplace(row->path, reader.line());
      if (added) {
        rows.push_back(*std::move(row));
        continue;
      }
      row = absl::DataLossError(
          absl::StrCat("\"", PrintablePath(known->first), "\" stands in line ",
                       known->second, " already, expected every image once; ",
                       "for several labels write them as a;b"));
    }
    findings->errors.push_back(absl::DataLossError(absl::StrCat(
        file, ", line ", reader.line(), ": ", row.status().message())));
    ++errors;
  }
  return rows;
}

}  // namespace maskfill
