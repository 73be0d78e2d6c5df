#include "ingest/source_findings.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "core/base/utf8.h"

namespace maskfill {
namespace {

constexpr size_t kNamesInMessages = 5;

std::string ShortListOf(absl::Span<const std::string> first, size_t count) {
  std::string text = absl::StrJoin(first, ", ");
  if (count > first.size()) {
    absl::StrAppend(&text, " and ", count - first.size(), " more");
  }
  return text;
}

}  // namespace

void SourceFindings::LeaveOut(absl::string_view reason,
                              absl::string_view path) {
  auto found = std::find_if(
      left_out.begin(), left_out.end(),
      [&](const LeftOut& entry) { return entry.reason == reason; });
  if (found == left_out.end()) {
    found = left_out.insert(found, {.reason = std::string(reason)});
  }
  ++found->count;
  if (found->first.size() < kNamesInMessages) {
    found->first.push_back(PrintablePath(path));
  }
}

absl::Status CheckFindings(const SourceFindings& findings) {
  if (findings.errors.empty()) return absl::OkStatus();
  const absl::Status& first = findings.errors[0];
  const size_t more = findings.errors.size() - 1;
  if (more == 0) return first;
  return absl::Status(first.code(),
                      absl::StrCat(first.message(), " (and ", more,
                                   more == 1 ? " more error" : " more errors",
                                   ", which --verify_only lists)"));
}

std::string ToText(const SourceFindings::LeftOut& left_out) {
  return absl::StrCat(
      left_out.count, " (",
      ShortListOf(left_out.first, static_cast<size_t>(left_out.count)), "), ",
      left_out.reason);
}

std::string ToText(const std::vector<SourceFindings::LeftOut>& left_out) {
  return absl::StrJoin(left_out, "; ", [](std::string* out, const auto& entry) {
    out->append(ToText(entry));
  });
}

std::string ShortList(const std::vector<std::string>& names) {
  return ShortListOf(absl::MakeConstSpan(names).subspan(0, kNamesInMessages),
                     names.size());
}

std::string PrintablePath(absl::string_view path) {
  if (FindInvalidUtf8(path) == absl::string_view::npos) {
    return std::string(path);
  }
  return absl::CHexEscape(path);
}

}  // namespace maskfill
