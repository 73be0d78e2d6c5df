// What mask_tool is told.
#ifndef MASKFILL_MASK_TOOL_MASK_TOOL_OPTIONS_H_
#define MASKFILL_MASK_TOOL_MASK_TOOL_OPTIONS_H_

#include <string>
#include <vector>

#include "core/masking/counterfactual_options.h"
#include "core/work/run_options.h"

namespace maskfill {

struct MaskToolOptions {
  RunOptions run;  // without `output` only `stats` are made
  // Stage directory; may be left out for masks that take no relevance.
  std::string cams;
  std::string donor_input;  // stage directory; empty: that of `run`
  // Its seed is that of `run`.
  CounterfactualOptions counterfactual;
  std::vector<std::string> stats;  // paths of .json and .md files
  std::string preview;             // path of a PNG file, or empty
};

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_MASK_TOOL_OPTIONS_H_
