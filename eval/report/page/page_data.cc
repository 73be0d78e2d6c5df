#include "eval/report/page/page_data.h"

#include <algorithm>

namespace maskfill {

const AccuracyTable::Method* PageData::Find(const std::string& method) const {
  const auto found =
      std::find_if(table.methods.begin(), table.methods.end(),
                   [&method](const auto& m) { return m.name == method; });
  return found == table.methods.end() ? nullptr : &*found;
}

const AccuracyTable::Method* PageData::Baseline() const {
  return differences.empty() ? nullptr : Find(differences[0].baseline);
}

const AccuracyTable::Method* PageData::Subject() const {
  const AccuracyTable::Method* best = nullptr;
  for (const AccuracyTable::Method& method : table.methods) {
    if (&method == Baseline() || !method.mean.back().has_value()) continue;
    if (best == nullptr || *method.mean.back() > *best->mean.back()) {
      best = &method;
    }
  }
  return best;
}

const Evaluation& PageData::FirstRun(
    const AccuracyTable::Method& method) const {
  return evaluations[method.runs[0].evaluation];
}

}  // namespace maskfill
