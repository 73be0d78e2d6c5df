// cam_compare: how far CAMs agree with each other and with known objects.
#include <cstdio>

#include "absl/status/status.h"
#include "cam_tool/cam_compare.h"
#include "cam_tool/cam_compare_flags.h"
#include "cam_tool/cam_compare_text.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Compares sets of CAMs of the same images: rank correlation and mask IoU "
      "per threshold; with --masks also how well they find known objects: IoU, "
      "pointing game, energy inside.\n\n"
      "  cam_compare --cams=cams/zeroshot,cams/ft --output=agreement.json",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::CamCompareOptionsFromFlags());
        ASSIGN_OR_RETURN(const auto report, maskfill::CompareCams(options));
        std::printf("%s", maskfill::ToMarkdown(report).c_str());
        return absl::OkStatus();
      });
}
