// The parts of the page, each a function from its data to HTML. What a part has
// no data for is empty, and the page leaves it out.
#ifndef MASKFILL_EVAL_REPORT_PAGE_SECTIONS_H_
#define MASKFILL_EVAL_REPORT_PAGE_SECTIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "eval/report/page/page_data.h"

namespace maskfill {

// What was compared and what came out, in one paragraph.
std::string Verdict(const PageData& data);
// The table, the best of every column marked, beside the plot of accuracy in
// and out of distribution with WiSE-FT curves and every seed.
std::string OverviewSection(const PageData& data);
// To each baseline: plot with intervals, table, tests.
std::string DifferencesSection(const PageData& data);
std::string SetsSection(const PageData& data);       // bars by set
std::string PublishedSection(const PageData& data);  // values of others
// Which classes and groups the subject wins and loses against the baseline.
std::string ClassesSection(const PageData& data);
std::string CalibrationSection(const PageData& data);
// The most confident errors, and images that subject and baseline disagree on.
absl::StatusOr<std::string> ImagesSection(const PageData& data);
// Image, relevance, mask, counterfactual and donor.
absl::StatusOr<std::string> SheetsSection(const PageData& data);
std::string ThresholdsSection(const PageData& data);
std::string DisagreementSection(const PageData& data);
std::string TrainingSection(const PageData& data);
// Where every number is from, and the commands that make it again.
absl::StatusOr<std::string> ProvenanceSection(const PageData& data);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_PAGE_SECTIONS_H_
