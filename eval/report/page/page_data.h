// All that the page shows.
#ifndef MASKFILL_EVAL_REPORT_PAGE_PAGE_DATA_H_
#define MASKFILL_EVAL_REPORT_PAGE_PAGE_DATA_H_

#include <string>
#include <vector>

#include "eval/report/accuracy_table.h"
#include "eval/report/evaluations.h"
#include "eval/report/page/picture_sets.h"
#include "eval/report/page/stage_numbers.h"
#include "eval/report/page/training_log.h"
#include "eval/report/paired_differences.h"
#include "eval/report/predictions.h"
#include "eval/report/published.h"

namespace maskfill {

struct PageData {
  std::vector<Evaluation> evaluations;
  AccuracyTable table;
  std::vector<PairedDifferences> differences;  // by baseline
  std::vector<PublishedRow> published;
  Predictions predictions;
  PictureSets pictures;
  std::vector<TrainingLog> trainings;
  std::vector<ThresholdNumbers> thresholds;
  DisagreementNumbers disagreement;
  std::string command;  // that makes this page

  // The best of a column but `but`; null where nobody has a value.
  const AccuracyTable::Method* BestOf(size_t column,
                                      const AccuracyTable::Method* but) const;
  // The method that the page asks about: the best by the overall average that
  // is not the first baseline; null where no method has an average.
  const AccuracyTable::Method* Subject() const;
  // What it is compared with: the first baseline; null when there is none.
  const AccuracyTable::Method* Baseline() const;
  // That of the method's first run.
  const Evaluation& FirstRun(const AccuracyTable::Method& method) const;
  // What all runs of the method say of the sets.
  std::vector<const v1::SetReport*> SetsOf(
      const AccuracyTable::Method& method) const;
  // In all charts.
  int ColourOf(const AccuracyTable::Method& method) const;
};

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_PAGE_PAGE_DATA_H_
