#include "eval/named_sets.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/names.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

using Classes = std::vector<int64_t>;

// Those of `classes` that are in `others` too; empty lists stand for all.
Classes Common(const Classes& classes, const Classes& others) {
  if (classes.empty()) return others;
  if (others.empty()) return classes;
  Classes common;
  std::set_intersection(classes.begin(), classes.end(), others.begin(),
                        others.end(), std::back_inserter(common));
  return common;
}

Classes Sorted(absl::Span<const int64_t> classes) {
  Classes sorted(classes.begin(), classes.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

bool IsIn(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

absl::Status CheckIdSets(absl::Span<const NamedSet> sets,
                         const std::vector<std::string>& id_sets) {
  for (const std::string& name : id_sets) {
    if (FindRow(sets, name) != nullptr) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--id_sets: there is no set \"", name, "\"; the sets are ",
                     absl::StrJoin(NamesOf(sets), ", ")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<NamedSet>> OpenNamedSets(
    const std::vector<std::string>& dirs, const std::string& record_type) {
  std::vector<NamedSet> sets;
  std::map<std::string, int> uses;
  for (const std::string& dir : dirs) {
    ASSIGN_OR_RETURN(RecordSet records, RecordSet::Open(dir, record_type));
    std::string name = records.manifest().dataset().name();
    if (name.empty()) name = records.manifest().name();
    ++uses[name];
    sets.push_back({std::move(name), std::move(records)});
  }
  std::map<std::string, std::string> dir_of;
  for (NamedSet& set : sets) {
    const std::string& split = set.records.manifest().dataset().split();
    if (uses[set.name] > 1 && !split.empty()) {
      absl::StrAppend(&set.name, "-", split);
    }
    const auto [other, added] = dir_of.try_emplace(set.name, set.records.dir());
    if (!added) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", other->second, "\" and \"", set.records.dir(),
          "\" are both named \"", set.name,
          "\"; give each set once, or ingest one of them with another --name"));
    }
  }
  return sets;
}

absl::StatusOr<std::vector<SetEvaluation>> NewEvaluations(
    absl::Span<const NamedSet> sets, const std::vector<std::string>& id_sets,
    absl::Span<const int64_t> only) {
  RETURN_IF_ERROR(CheckIdSets(sets, id_sets));
  std::vector<SetEvaluation> evaluations;
  std::vector<Classes> allowed;  // of each set
  for (const NamedSet& set : sets) {
    v1::DatasetInfo dataset = set.records.manifest().dataset();
    allowed.push_back(Common(Sorted(dataset.allowed_classes()), Sorted(only)));
    if (allowed.back().empty() &&
        !(only.empty() && dataset.allowed_classes().empty())) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--only_classes leaves no class of the set \"", set.name, "\""));
    }
    dataset.mutable_allowed_classes()->Assign(allowed.back().begin(),
                                              allowed.back().end());
    evaluations.emplace_back(std::move(dataset));
  }
  for (size_t i = 0; i < sets.size(); ++i) {
    if (!IsIn(sets[i].name, id_sets)) continue;
    for (size_t other = 0; other < sets.size(); ++other) {
      const Classes common = Common(allowed[i], allowed[other]);
      if (common.empty() || common == allowed[i]) continue;
      evaluations[i].RestrictTo(sets[other].name, common);
    }
  }
  return evaluations;
}

}  // namespace maskfill
