// eval: accuracy of a checkpoint on several image sets.

#include <cstdio>

#include "absl/status/status.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "eval/eval.h"
#include "eval/eval_flags.h"

namespace maskfill {
namespace {

absl::Status Run() {
  ASSIGN_OR_RETURN(const EvalOptions options, EvalOptionsFromFlags());
  ASSIGN_OR_RETURN(const EvalStats stats, Eval(options));
  std::fputs(stats.text.c_str(), stdout);
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Prints and writes the top-1 and top-5 accuracy of a checkpoint on one "
      "or more image sets.\n\n"
      "  eval --checkpoint=runs/ours/best "
      "--inputs=records/imagenet-val,records/imagenet-a "
      "--output=eval/ours.json",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
