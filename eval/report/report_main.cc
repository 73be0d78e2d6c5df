// report: evaluations of several models as one table.
#include <cstdio>

#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "eval/report/report.h"
#include "eval/report/report_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Prints one table over several evaluations: methods as rows, image sets "
      "as columns, top-1 accuracy in percent, mean and deviation over seeds; "
      "and the paired differences to a baseline. With --format=html a page to "
      "look at.\n\n"
      "  report --reports='eval/*.json' --id=imagenet --baseline=ft "
      "--output=report",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::ReportOptionsFromFlags());
        ASSIGN_OR_RETURN(const auto tables, maskfill::Report(options));
        std::fputs(tables.c_str(), stdout);
        return absl::OkStatus();
      });
}
