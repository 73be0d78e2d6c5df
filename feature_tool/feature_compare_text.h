// The result of feature_compare for people and for programs.
#ifndef MASKFILL_FEATURE_TOOL_FEATURE_COMPARE_TEXT_H_
#define MASKFILL_FEATURE_TOOL_FEATURE_COMPARE_TEXT_H_

#include <string>

#include "feature_tool/feature_compare_options.h"

namespace maskfill {

// A JSON object with checkpoints (two: checkpoint, fingerprint), images, seed,
// clean and its standard error, and rows: features,
// counterfactuals, mask, the cut by its name (threshold, percentile,
// target_ratio or rate), rate_from and donors where there are any, fill,
// variants, disagreement, standard_error, clean. Ends with a line break; equal
// reports give equal bytes.
std::string ToJson(const FeatureCompareReport& report);

// A Markdown table with a line for the clean images and one for each set.
std::string ToMarkdown(const FeatureCompareReport& report);

}  // namespace maskfill

#endif  // MASKFILL_FEATURE_TOOL_FEATURE_COMPARE_TEXT_H_
