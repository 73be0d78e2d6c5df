#include "eval/eval_report.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/build_facts.h"
#include "core/base/files.h"
#include "core/base/number_text.h"
#include "core/base/status_macros.h"
#include "core/work/work.h"
#include "google/protobuf/util/json_util.h"

namespace maskfill {
namespace {

using Line = std::vector<std::string>;
using Sets = google::protobuf::RepeatedPtrField<v1::SetReport>;

constexpr char kOodMean[] = "OOD mean";

bool IsOod(const v1::SetReport& set, const v1::EvalReport& report) {
  const auto& id_sets = report.id_sets();
  return std::find(id_sets.begin(), id_sets.end(), set.name()) == id_sets.end();
}

// Fills the means of `target`, a report or a point of its curve.
template <typename Target>
void AddMeans(const v1::EvalReport& report, Target* target) {
  double all = 0, ood = 0;
  int64_t num_ood = 0;
  for (const v1::SetReport& set : target->sets()) {
    all += set.top1();
    if (!IsOod(set, report)) continue;
    ood += set.top1();
    ++num_ood;
  }
  if (target->sets_size() > 0) {
    target->set_mean_top1(all / static_cast<double>(target->sets_size()));
  }
  if (!report.id_sets().empty() && num_ood > 0) {
    target->set_ood_mean_top1(ood / static_cast<double>(num_ood));
  }
}

// Whether the OOD mean is one.
bool HasOodMean(const v1::EvalReport& report, const Sets& sets) {
  return !report.id_sets().empty() && report.id_sets_size() < sets.size();
}

std::string Percent(double value) { return absl::StrFormat("%.2f", value); }

// The first column to the left, the others to the right; the first line is the
// header. All have one length.
std::string Aligned(const std::vector<Line>& lines) {
  std::vector<size_t> widths(lines[0].size());
  for (const Line& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], line[i].size());
    }
  }
  std::string text;
  for (const Line& line : lines) {
    absl::StrAppend(&text, line[0]);
    text.append(widths[0] - line[0].size(), ' ');
    for (size_t i = 1; i < line.size(); ++i) {
      text.append(2 + widths[i] - line[i].size(), ' ');
      absl::StrAppend(&text, line[i]);
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

Line Top1Header(const std::string& first, const v1::EvalReport& report,
                const Sets& sets) {
  Line line = {first};
  for (const v1::SetReport& set : sets) line.push_back(set.name());
  if (sets.size() > 1) line.push_back("mean");
  if (HasOodMean(report, sets)) line.push_back(kOodMean);
  return line;
}

// Of a report or a point of its curve.
template <typename Source>
Line Top1Line(const std::string& first, const v1::EvalReport& report,
              const Source& source) {
  Line line = {first};
  for (const v1::SetReport& set : source.sets()) {
    line.push_back(Percent(set.top1()));
  }
  if (source.sets_size() > 1) line.push_back(Percent(source.mean_top1()));
  if (HasOodMean(report, source.sets())) {
    line.push_back(Percent(source.ood_mean_top1()));
  }
  return line;
}

const v1::GroupReport* WorstGroup(const v1::SetReport& set) {
  for (const v1::GroupReport& group : set.groups()) {
    if (group.name() == set.worst_group()) return &group;
  }
  return nullptr;
}

std::string RestrictedTable(const v1::EvalReport& report) {
  std::vector<Line> lines = {
      {"among the classes of", "classes", "set", "counted", "top-1 %"}};
  for (const v1::SetReport& set : report.sets()) {
    for (const v1::RestrictedReport& restricted : set.restricted()) {
      lines.push_back({restricted.classes_of(),
                       absl::StrCat(restricted.classes()), set.name(),
                       absl::StrCat(restricted.counted()),
                       Percent(restricted.top1())});
    }
  }
  return lines.size() == 1 ? "" : absl::StrCat("\n", Aligned(lines));
}

std::string ClassText(int64_t index, const std::string& key) {
  return key.empty() ? absl::StrCat(index) : key;
}

std::string ConfusionTable(const v1::EvalReport& report) {
  constexpr int kShown = 3;  // of each set
  std::vector<Line> lines = {{"confused", "label", "taken for", "images"}};
  for (const v1::SetReport& set : report.sets()) {
    for (int i = 0; i < std::min(kShown, set.confusions_size()); ++i) {
      const v1::Confusion& confusion = set.confusions(i);
      lines.push_back(
          {set.name(), ClassText(confusion.label(), confusion.label_key()),
           ClassText(confusion.predicted(), confusion.predicted_key()),
           absl::StrCat(confusion.images())});
    }
  }
  return lines.size() == 1 ? "" : absl::StrCat("\n", Aligned(lines));
}

}  // namespace

v1::EvalReport NewReport(const std::string& fingerprint,
                         const std::vector<std::string>& id_sets) {
  v1::EvalReport report;
  report.set_schema_version(1);
  report.set_tool_version(kToolVersion);
  report.set_fingerprint(fingerprint);
  *report.mutable_id_sets() = {id_sets.begin(), id_sets.end()};
  return report;
}

absl::Status WriteReport(v1::EvalReport* report, AtomicFile& file,
                         v1::Manifest* entry) {
  AddMeans(*report, report);
  for (v1::CurvePoint& point : *report->mutable_curve()) {
    AddMeans(*report, &point);
  }
  for (const v1::SetReport& set : report->sets()) {
    AddCounter(absl::StrCat("top1 ", set.name()), set.top1(), entry);
  }
  ASSIGN_OR_RETURN(const std::string json, EvalReportJson(*report));
  return file.Append(json);
}

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
  size_t width = HasOodMean(report, report.sets()) ? sizeof(kOodMean) - 1 : 4;
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
  if (HasOodMean(report, report.sets())) {
    absl::StrAppendFormat(&table, "%-*s  %8s  %8s  %7.2f\n", name_width,
                          kOodMean, "", "", report.ood_mean_top1());
  }
  return table;
}

std::string DetailTable(const v1::EvalReport& report) {
  std::vector<Line> lines = {{"set", "top-1 95 %", "class mean %",
                              "worst group", "top-1 %", "ECE", "adaptive"}};
  const bool scaled =
      std::any_of(report.sets().begin(), report.sets().end(),
                  [](const v1::SetReport& set) { return set.has_scaled(); });
  if (scaled) {
    for (const char* title : {"T", "loss at T", "ECE at T", "adaptive at T"}) {
      lines[0].push_back(title);
    }
  }
  const auto decimals = [](double value) {
    return absl::StrFormat("%.4f", value);
  };
  for (const v1::SetReport& set : report.sets()) {
    const v1::GroupReport* worst = WorstGroup(set);
    Line& line = lines.emplace_back(Line{
        set.name(),
        absl::StrCat(Percent(set.top1_interval().low()), "-",
                     Percent(set.top1_interval().high())),
        Percent(set.mean_class_top1()), worst == nullptr ? "" : worst->name(),
        worst == nullptr ? "" : Percent(worst->top1()),
        decimals(set.calibration().ece()),
        decimals(set.calibration().adaptive_ece())});
    if (!scaled) continue;
    line.push_back(absl::StrFormat("%.3f", set.scaled().temperature()));
    line.push_back(decimals(set.scaled().loss()));
    line.push_back(decimals(set.scaled().calibration().ece()));
    line.push_back(decimals(set.scaled().calibration().adaptive_ece()));
  }
  return absl::StrCat(Aligned(lines), RestrictedTable(report),
                      ConfusionTable(report));
}

std::string CurveTable(const v1::EvalReport& report) {
  std::vector<Line> lines = {
      Top1Header("alpha", report, report.curve(0).sets())};
  for (const v1::CurvePoint& point : report.curve()) {
    lines.push_back(Top1Line(NumberText(point.alpha()), report, point));
  }
  return Aligned(lines);
}

std::string ComparisonTable(const std::vector<std::string>& names,
                            const std::vector<v1::EvalReport>& reports) {
  std::vector<Line> lines = {
      Top1Header("top-1 %", reports[0], reports[0].sets())};
  for (size_t i = 0; i < reports.size(); ++i) {
    lines.push_back(Top1Line(names[i], reports[i], reports[i]));
  }
  return Aligned(lines);
}

}  // namespace maskfill
