#include "eval/report/page/page_data.h"

#include "core/base/names.h"

namespace maskfill {

const AccuracyTable::Method* PageData::Baseline() const {
  return differences.empty() ? nullptr
                             : FindRow(table.methods, differences[0].baseline);
}

const AccuracyTable::Method* PageData::BestOf(
    size_t column, const AccuracyTable::Method* but) const {
  const AccuracyTable::Method* best = nullptr;
  for (const AccuracyTable::Method& method : table.methods) {
    if (&method == but || !method.mean[column].has_value()) continue;
    if (best == nullptr || *method.mean[column] > *best->mean[column]) {
      best = &method;
    }
  }
  return best;
}

const AccuracyTable::Method* PageData::Subject() const {
  return BestOf(table.columns.size() - 1, Baseline());
}

const Evaluation& PageData::FirstRun(
    const AccuracyTable::Method& method) const {
  return evaluations[method.runs[0].evaluation];
}

std::vector<const v1::SetReport*> PageData::SetsOf(
    const AccuracyTable::Method& method) const {
  std::vector<const v1::SetReport*> sets;
  for (const AccuracyTable::Run& run : method.runs) {
    for (const v1::SetReport& set : evaluations[run.evaluation].report.sets()) {
      sets.push_back(&set);
    }
  }
  return sets;
}

int PageData::ColourOf(const AccuracyTable::Method& method) const {
  return static_cast<int>(&method - table.methods.data());
}

}  // namespace maskfill
