// What a run of cam_compare is told, and what it finds.
#ifndef MASKFILL_CAM_TOOL_CAM_COMPARE_OPTIONS_H_
#define MASKFILL_CAM_TOOL_CAM_COMPARE_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cam_tool/object_masks.h"
#include "core/metrics/cam_agreement.h"
#include "core/metrics/cam_quality.h"
#include "core/work/run_options.h"

namespace maskfill {

struct CamCompareOptions {
  std::vector<std::string> cams;  // directories that cam_tool wrote
  ObjectMaskOptions masks;        // without a directory: none
  // Of relevance, each in [0, 1): mask_tool's --threshold.
  std::vector<double> thresholds = {0.1, 0.2, 0.3, 0.4, 0.5,
                                    0.6, 0.7, 0.8, 0.9};
  RunOptions run;  // its output is a JSON file; empty: none
};

struct CamCompareReport {
  struct Set {
    std::string dir;  // as given
    // As in its manifest; empty where its method has none.
    std::string method = "";
    std::string layers = "";
    std::string target = "";
    std::string fingerprint = "";  // of its content
    int64_t degenerate = 0;        // maps that are 0 everywhere
    std::optional<CamQuality> quality = std::nullopt;  // with masks
  };
  struct Pair {
    size_t a = 0, b = 0;  // sets, a < b
    CamAgreement agreement;
  };

  int64_t images = 0;
  std::vector<Set> sets;          // in the order asked for
  std::vector<Pair> pairs;        // every two sets
  std::string masks_fingerprint;  // of the masks, as patches
};

}  // namespace maskfill

#endif  // MASKFILL_CAM_TOOL_CAM_COMPARE_OPTIONS_H_
