#include "cam_tool/cam_target.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace maskfill {

absl::StatusOr<CamTarget> ParseCamTarget(absl::string_view text) {
  if (text == "label") return CamTarget{CamTarget::Kind::kLabel};
  if (text == "predicted") return CamTarget{CamTarget::Kind::kPredicted};
  CamTarget target{CamTarget::Kind::kClass};
  if (absl::SimpleAtoi(text, &target.class_index) && target.class_index >= 0) {
    return target;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--target=", text,
                   " is unknown; expected label, predicted or the number of a "
                   "class from 0"));
}

std::string ToString(const CamTarget& target) {
  switch (target.kind) {
    case CamTarget::Kind::kLabel:
      return "label";
    case CamTarget::Kind::kPredicted:
      return "predicted";
    case CamTarget::Kind::kClass:
      return absl::StrCat(target.class_index);
  }
  LOG(FATAL) << "unknown target " << static_cast<int>(target.kind);
}

}  // namespace maskfill
