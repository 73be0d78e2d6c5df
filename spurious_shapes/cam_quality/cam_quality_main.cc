// cam_quality: how well CAMs find the objects of Spurious Shapes.
#include <cstdio>

#include "absl/status/status.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "spurious_shapes/cam_quality/cam_quality.h"
#include "spurious_shapes/cam_quality/cam_quality_flags.h"
#include "spurious_shapes/cam_quality/cam_quality_text.h"

namespace maskfill {
namespace {

absl::Status Run() {
  ASSIGN_OR_RETURN(const CamQualityOptions options,
                   CamQualityOptionsFromFlags());
  ASSIGN_OR_RETURN(const CamQualityReport report, MeasureCamQuality(options));
  std::printf("%s", ToText(report).c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Compares CAMs with the object masks of Spurious Shapes: pointing game, "
      "and IoU, mask rate and object recall per threshold.\n\n"
      "  cam_quality --cams=cams/train --masks=spurious_shapes_data/masks "
      "--output=cam_quality.json",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
