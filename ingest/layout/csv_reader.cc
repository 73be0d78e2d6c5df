#include "ingest/layout/csv_reader.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(absl::string_view text) : text_(text) {
  if (absl::StartsWith(text_, kByteOrderMark)) at_ = kByteOrderMark.size();
}

bool CsvReader::LineEnd() {
  const absl::string_view rest = text_.substr(at_);
  if (!absl::StartsWith(rest, "\n") && !absl::StartsWith(rest, "\r\n")) {
    return false;
  }
  at_ += rest[0] == '\n' ? 1 : 2;
  ++line_;
  return true;
}

absl::StatusOr<bool> CsvReader::Next(std::vector<std::string>* fields) {
  fields->clear();
  while (LineEnd()) {
  }
  if (at_ == text_.size()) return false;
  row_line_ = line_;
  while (true) {
    ASSIGN_OR_RETURN(std::string field, Field());
    fields->push_back(std::move(field));
    if (at_ == text_.size() || LineEnd()) return true;
    ++at_;  // a comma
  }
}

absl::StatusOr<std::string> CsvReader::Field() {
  if (at_ < text_.size() && text_[at_] == '"') return QuotedField();
  size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
  if (end < text_.size() && text_[end] == '\n' && end > at_ &&
      text_[end - 1] == '\r') {
    --end;
  }
  const absl::string_view field = text_.substr(at_, end - at_);
  if (absl::StrContains(field, '"')) {
    return absl::DataLossError(
        absl::StrCat("line ", line_,
                     " has a quote inside a field, expected the whole field "
                     "in quotes and this one doubled"));
  }
  at_ = end;
  return std::string(field);
}

absl::StatusOr<std::string> CsvReader::QuotedField() {
  const int64_t begin = line_;
  std::string field;
  ++at_;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '\n') ++line_;
    if (c != '"') {
      field += c;
      continue;
    }
    if (at_ < text_.size() && text_[at_] == '"') {
      field += '"';
      ++at_;
      continue;
    }
    const absl::string_view rest = text_.substr(at_);
    if (rest.empty() || rest[0] == ',' || rest[0] == '\n' ||
        absl::StartsWith(rest, "\r\n")) {
      return field;
    }
    return absl::DataLossError(
        absl::StrCat("line ", line_,
                     " goes on behind a quoted field, expected "
                     "a comma or the line's end"));
  }
  return absl::DataLossError(
      absl::StrCat("the quotes that open in line ", begin, " are not closed"));
}

}  // namespace maskfill
