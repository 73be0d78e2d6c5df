// report: evaluations of several models as one table.

#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "eval/report/report.h"
#include "eval/report/report_flags.h"

namespace maskfill {
namespace {

absl::Status Run() {
  ASSIGN_OR_RETURN(const ReportOptions options, ReportOptionsFromFlags());
  ASSIGN_OR_RETURN(const std::string tables, Report(options));
  std::fputs(tables.c_str(), stdout);
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Prints one table over several evaluations: methods as rows, image sets "
      "as columns, top-1 accuracy in percent, mean and deviation over seeds; "
      "and the paired differences to a baseline. With --format=html a page to "
      "look at.\n\n"
      "  report --reports='eval/*.json' --id=imagenet --baseline=ft "
      "--output=report",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
