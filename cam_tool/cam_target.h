// Whose logit a CAM explains.
#ifndef MASKFILL_CAM_TOOL_CAM_TARGET_H_
#define MASKFILL_CAM_TOOL_CAM_TARGET_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

struct CamTarget {
  enum class Kind {
    kLabel,      // the image's label, as in the paper
    kPredicted,  // the class with the largest logit
    kClass,      // one class for all images
  };
  Kind kind = Kind::kLabel;
  int64_t class_index = 0;  // row of the head; of kClass
};

// "label", "predicted" or a class's number from 0.
absl::StatusOr<CamTarget> ParseCamTarget(absl::string_view text);
std::string ToString(const CamTarget& target);

}  // namespace maskfill

#endif  // MASKFILL_CAM_TOOL_CAM_TARGET_H_
