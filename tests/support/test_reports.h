// Reports of eval, for tests.
#ifndef MASKFILL_TESTS_SUPPORT_TEST_REPORTS_H_
#define MASKFILL_TESTS_SUPPORT_TEST_REPORTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "eval/report/accuracy_table.h"
#include "eval/report/evaluations.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "proto/eval_report.pb.h"
#include "tests/support/status_matchers.h"

namespace maskfill {

// `top1` by set, in percent; a set's fingerprint is its name unless it says
// otherwise after a colon. Returns the path, `dir`/`name`.json.
inline std::string WriteReport(
    const std::string& dir, const std::string& name,
    const std::vector<std::pair<std::string, double>>& top1) {
  std::vector<std::string> sets;
  for (const auto& [set, value] : top1) {
    const size_t colon = set.find(':');
    sets.push_back(absl::StrCat(
        "{\"name\":\"", set.substr(0, colon), "\",\"top1\":", value,
        ",\"fingerprint\":\"",
        colon == std::string::npos ? set : set.substr(colon + 1), "\"}"));
  }
  const std::string path = JoinPath(dir, name + ".json");
  EXPECT_OK(
      WriteFileAtomically(path, absl::StrCat("{\"schema_version\":1,\"sets\":[",
                                             absl::StrJoin(sets, ","), "]}")));
  return path;
}

// `report` as eval writes it, to `dir`/`name`.json; returns the path.
inline std::string WriteEvalReport(const std::string& dir,
                                   const std::string& name,
                                   const v1::EvalReport& report) {
  google::protobuf::util::JsonPrintOptions print;
  print.always_print_primitive_fields = true;
  std::string json;
  EXPECT_TRUE(
      google::protobuf::util::MessageToJsonString(report, &json, print).ok());
  const std::string path = JoinPath(dir, name + ".json");
  EXPECT_OK(WriteFileAtomically(path, json));
  return path;
}

// Adds a set with as little as version 1 of eval said of it.
inline v1::SetReport* AddSet(const std::string& name, double top1,
                             v1::EvalReport* report) {
  report->set_schema_version(1);
  v1::SetReport* set = report->add_sets();
  set->set_name(name);
  set->set_fingerprint(name);
  set->set_top1(top1);
  return set;
}

// The checkpoint's provenance: made by `tool` with `options`, "name=value".
inline v1::Manifest* AddLineage(const std::string& tool, uint64_t seed,
                                const std::vector<std::string>& options,
                                v1::EvalReport* report) {
  v1::Manifest* entry = report->add_lineage();
  entry->set_tool(tool);
  entry->set_seed(seed);
  for (const std::string& option : options) {
    const size_t at = option.find('=');
    v1::Option* made = entry->add_options();
    made->set_name(option.substr(0, at));
    made->set_value(option.substr(at + 1));
  }
  return entry;
}

inline std::vector<ReportFile> ReportFiles(
    const std::vector<std::string>& paths) {
  std::vector<ReportFile> files;
  for (const std::string& path : paths) files.push_back({.path = path});
  return files;
}

// The table of reports whose files' names are their methods.
inline absl::StatusOr<AccuracyTable> ReadReports(
    const std::vector<std::string>& paths,
    const std::vector<std::string>& id_sets = {}) {
  ASSIGN_OR_RETURN(const std::vector<Evaluation> evaluations,
                   ReadEvaluations(ReportFiles(paths)));
  return TableOf(evaluations, id_sets);
}

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TEST_REPORTS_H_
