// cam_compare: how far CAMs agree with each other and with known objects.
#include <cstdio>

#include "absl/status/status.h"
#include "cam_tool/cam_compare.h"
#include "cam_tool/cam_compare_flags.h"
#include "cam_tool/cam_compare_text.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

absl::Status Run() {
  ASSIGN_OR_RETURN(const CamCompareOptions options,
                   CamCompareOptionsFromFlags());
  ASSIGN_OR_RETURN(const CamCompareReport report, CompareCams(options));
  std::printf("%s", ToMarkdown(report).c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Compares sets of CAMs of the same images: rank correlation and mask IoU "
      "per threshold; with --masks also how well they find known objects: IoU, "
      "pointing game, energy inside.\n\n"
      "  cam_compare --cams=cams/zeroshot,cams/ft --output=agreement.json",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
