#include "eval/report/significance.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/metrics/paired_tests.h"

namespace maskfill {
namespace {

using Column = AccuracyTable::Column;

// Both models' rightness about the same counted images; empty when either's
// predictions are not there.
struct RightPair {
  std::vector<uint8_t> method;
  std::vector<uint8_t> baseline;
};

absl::StatusOr<const PredictionSet*> FindSet(const Predictions& predictions,
                                             const Evaluation& evaluation,
                                             const std::string& set) {
  for (const v1::SetReport& report : evaluation.report.sets()) {
    if (report.name() == set) {
      return predictions.Find(evaluation.report, report);
    }
  }
  return nullptr;
}

absl::StatusOr<RightPair> PairOf(const PairedDifferences::Pair& pair,
                                 const std::string& set,
                                 const std::vector<Evaluation>& evaluations,
                                 const Predictions& predictions) {
  ASSIGN_OR_RETURN(const PredictionSet* method,
                   FindSet(predictions, evaluations[pair.method_run], set));
  ASSIGN_OR_RETURN(const PredictionSet* baseline,
                   FindSet(predictions, evaluations[pair.baseline_run], set));
  if (method == nullptr || baseline == nullptr) return RightPair();
  bool same = method->images.size() == baseline->images.size();
  for (size_t i = 0; same && i < method->images.size(); ++i) {
    same = method->images[i].id == baseline->images[i].id &&
           method->images[i].counted == baseline->images[i].counted;
  }
  if (!same) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", method->dir, "\" and \"", baseline->dir,
        "\" are predictions of one set, but not of the same images in the same "
        "order"));
  }
  return RightPair{method->Right(), baseline->Right()};
}

// Fills what is said of a set; returns the means of the resamples, in points,
// or none.
absl::StatusOr<std::vector<double>> CompareOnSet(
    const Column& column, size_t index,
    const std::vector<Evaluation>& evaluations, const Predictions& predictions,
    PairedDifferences::Method* method) {
  std::vector<int8_t> sums;
  for (const PairedDifferences::Pair& pair : method->pairs) {
    ASSIGN_OR_RETURN(const RightPair right,
                     PairOf(pair, column.name, evaluations, predictions));
    if (right.method.empty()) return std::vector<double>();
    method->tests[index].push_back(
        McNemarTest::Of(right.method, right.baseline));
    sums.resize(right.method.size());
    for (size_t i = 0; i < sums.size(); ++i) {
      sums[i] += static_cast<int8_t>(right.method[i] - right.baseline[i]);
    }
  }
  std::vector<double> means =
      BootstrapMeans(sums, kResamples, column.fingerprint);
  for (double& mean : means) {
    mean *= 100 / static_cast<double>(method->pairs.size());
  }
  return means;
}

// Of the sets that the average is over; none when one of them has none.
std::vector<double> AverageMeans(
    const AccuracyTable& table, const Column& average,
    const std::vector<std::vector<double>>& by_column) {
  std::vector<double> means(kResamples, 0);
  double sets = 0;
  for (size_t i = 0; i < by_column.size(); ++i) {
    if (table.columns[i].kind != Column::Kind::kSet ||
        table.columns[i].in_distribution != average.in_distribution) {
      continue;
    }
    if (by_column[i].empty()) return {};
    for (size_t r = 0; r < means.size(); ++r) means[r] += by_column[i][r];
    ++sets;
  }
  for (double& mean : means) mean /= sets;
  return means;
}

}  // namespace

absl::Status AddSignificance(const AccuracyTable& table,
                             const std::vector<Evaluation>& evaluations,
                             const Predictions& predictions,
                             PairedDifferences* differences) {
  for (PairedDifferences::Method& method : differences->methods) {
    if (method.pairs.empty()) continue;
    std::vector<std::vector<double>> means;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const Column& column = table.columns[i];
      if (column.kind == Column::Kind::kAverage) {
        means.push_back(AverageMeans(table, column, means));
      } else {
        ASSIGN_OR_RETURN(
            std::vector<double> of_set,
            CompareOnSet(column, i, evaluations, predictions, &method));
        means.push_back(std::move(of_set));
      }
      if (!means[i].empty()) {
        method.intervals[i] = PercentileInterval(means[i]);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace maskfill
