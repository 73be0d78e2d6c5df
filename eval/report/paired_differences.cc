#include "eval/report/paired_differences.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/names.h"

namespace maskfill {
namespace {

Accuracies Difference(const Accuracies& a, const Accuracies& b) {
  Accuracies difference(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].has_value() && b[i].has_value()) difference[i] = *a[i] - *b[i];
  }
  return difference;
}

// Both lists are sorted by seed, so the pairs are as well.
std::vector<PairedDifferences::Pair> Pairs(
    const AccuracyTable::Method& method,
    const AccuracyTable::Method& baseline) {
  std::vector<PairedDifferences::Pair> pairs;
  for (const AccuracyTable::Run& run : method.runs) {
    for (const AccuracyTable::Run& other : baseline.runs) {
      if (run.seed.has_value() && other.seed.has_value() &&
          run.seed != other.seed) {
        continue;
      }
      pairs.push_back({run.seed.has_value() ? run.seed : other.seed,
                       Difference(run.top1, other.top1), run.evaluation,
                       other.evaluation});
    }
  }
  return pairs;
}

Accuracies Mean(const std::vector<PairedDifferences::Pair>& pairs,
                size_t columns) {
  Accuracies mean(columns);
  if (pairs.empty()) return mean;
  for (size_t i = 0; i < columns; ++i) {
    // The runs of one method have the same sets: all or none have a value.
    if (!pairs[0].difference[i].has_value()) continue;
    double sum = 0;
    for (const auto& pair : pairs) sum += *pair.difference[i];
    mean[i] = sum / static_cast<double>(pairs.size());
  }
  return mean;
}

}  // namespace

absl::StatusOr<PairedDifferences> CompareWith(const AccuracyTable& table,
                                              const std::string& baseline) {
  const AccuracyTable::Method* base = FindRow(table.methods, baseline);
  if (base == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--baseline: there is no method \"", baseline, "\"; the reports have ",
        absl::StrJoin(NamesOf(table.methods), ", ")));
  }
  PairedDifferences differences;
  differences.baseline = baseline;
  for (const AccuracyTable::Method& method : table.methods) {
    if (method.name == baseline) continue;
    PairedDifferences::Method& row = differences.methods.emplace_back();
    row.name = method.name;
    row.pairs = Pairs(method, *base);
    row.mean = Mean(row.pairs, table.columns.size());
    row.intervals.resize(table.columns.size());
    row.tests.resize(table.columns.size());
  }
  return differences;
}

}  // namespace maskfill
