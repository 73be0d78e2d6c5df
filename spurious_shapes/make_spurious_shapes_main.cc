// make_spurious_shapes: the built-in benchmark as plain image folders.
#include <cstdio>

#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "spurious_shapes/dataset/benchmark_report.h"
#include "spurious_shapes/dataset/make_spurious_shapes.h"
#include "spurious_shapes/make_spurious_shapes_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Draws the benchmark Spurious Shapes: a training set whose backgrounds "
      "give the class away, and six test sets like ImageNet's.\n\n"
      "  make_spurious_shapes --output=spurious_shapes_data",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::BenchmarkOptionsFromFlags());
        ASSIGN_OR_RETURN(const auto stats,
                         maskfill::MakeSpuriousShapes(options));
        if (options.run.dry_run) return absl::OkStatus();
        std::printf("%s", maskfill::ResultText(options, stats).c_str());
        return absl::OkStatus();
      });
}
