#include "eval/eval_report.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "google/protobuf/util/json_util.h"

namespace maskfill {

absl::StatusOr<std::string> EvalReportJson(const v1::EvalReport& report) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  // An accuracy of 0 is a result as well.
  options.always_print_primitive_fields = true;
  std::string json;
  const auto printed =
      google::protobuf::util::MessageToJsonString(report, &json, options);
  if (!printed.ok()) return absl::InternalError(printed.ToString());
  return json;
}

absl::StatusOr<v1::EvalReport> ReadEvalReport(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string json, ReadFile(path));
  v1::EvalReport report;
  const auto parsed =
      google::protobuf::util::JsonStringToMessage(json, &report);
  if (!parsed.ok() || report.schema_version() != 1) {
    return absl::DataLossError(absl::StrCat(
        "\"", path, "\" is no report of eval (",
        parsed.ok() ? "another schema_version" : parsed.ToString(), ")"));
  }
  return report;
}

std::string EvalTable(const v1::EvalReport& report) {
  size_t width = 4;
  for (const v1::SetReport& set : report.sets()) {
    width = std::max(width, set.name().size());
  }
  const int name_width = static_cast<int>(width);
  std::string table = absl::StrFormat("%-*s  %8s  %8s  %7s  %7s  %7s  %8s\n",
                                      name_width, "set", "images", "counted",
                                      "top-1 %", "top-5 %", "loss", "images/s");
  for (const v1::SetReport& set : report.sets()) {
    absl::StrAppendFormat(
        &table, "%-*s  %8d  %8d  %7.2f  %7.2f  %7.4f  %8.1f\n", name_width,
        set.name(), set.images(), set.counted(), set.top1(), set.top5(),
        set.loss(),
        set.seconds() > 0 ? static_cast<double>(set.images()) / set.seconds()
                          : 0.0);
  }
  if (report.sets_size() > 1) {
    absl::StrAppendFormat(&table, "%-*s  %8s  %8s  %7.2f\n", name_width, "mean",
                          "", "", report.mean_top1());
  }
  return table;
}

}  // namespace maskfill
