// Values that others published, beside ours.
#ifndef MASKFILL_EVAL_REPORT_PUBLISHED_H_
#define MASKFILL_EVAL_REPORT_PUBLISHED_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/report/accuracy_table.h"

namespace maskfill {

struct PublishedRow {
  std::string method;
  std::string source;
  Accuracies top1;  // by column of the table, averages from the row's own sets
  // How many points who repeats it may be away on any set; none: nobody said.
  std::optional<double> tolerance = std::nullopt;
};

// Of a JSON file
//   {"rows": [{"method": "ft", "source": "paper, table 1",
//              "top1": {"imagenet": 75.9, "imagenet-v2": 64.7},
//              "tolerance": 0.5}]}
// by the table's sets; others are left out, a tolerance may be. InvalidArgument
// when a value or a tolerance is not within 0 to 100, or file and table have no
// set in common; DataLoss when it is no such file.
absl::StatusOr<std::vector<PublishedRow>> ReadPublished(
    const std::string& path, const AccuracyTable& table);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_PUBLISHED_H_
