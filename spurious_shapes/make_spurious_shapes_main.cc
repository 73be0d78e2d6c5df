// make_spurious_shapes: the built-in benchmark as plain image folders.
#include <cstdio>

#include "absl/status/status.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "spurious_shapes/dataset/benchmark_report.h"
#include "spurious_shapes/dataset/make_spurious_shapes.h"
#include "spurious_shapes/dataset/make_spurious_shapes_flags.h"

namespace maskfill {
namespace {

absl::Status Run() {
  ASSIGN_OR_RETURN(const BenchmarkOptions options, BenchmarkOptionsFromFlags());
  ASSIGN_OR_RETURN(const MakeSpuriousShapesStats stats,
                   MakeSpuriousShapes(options));
  if (options.run.dry_run) return absl::OkStatus();
  std::printf("%s", ResultText(options, stats).c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Draws the benchmark Spurious Shapes: a training set whose backgrounds "
      "give the class away, and six test sets like ImageNet's.\n\n"
      "  make_spurious_shapes --output=spurious_shapes_data",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
