#include "spurious_shapes/dataset/benchmark_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/files.h"

namespace maskfill {

std::string ResultText(const BenchmarkOptions& options,
                       const MakeSpuriousShapesStats& stats) {
  std::string text;
  if (stats.already_done) {
    absl::StrAppend(&text, options.run.output,
                    " already holds this benchmark, nothing to do\n");
  } else {
    absl::StrAppendFormat(&text, "wrote %d images to %s in %.1f s\n",
                          stats.images, options.run.output, stats.seconds);
  }
  absl::StrAppend(&text, "to be read by ingest --classes=",
                  JoinPath(options.run.output, "classes.json"), " and\n");
  for (const SetSummary& set : stats.state.sets) {
    const absl::StatusOr<Suite> suite = ParseSuite(set.name);
    if (!suite.ok()) continue;
    const SuiteInfo& info = InfoOf(*suite);
    absl::StrAppendFormat(
        &text,
        "%-9s %7d images, usual background %5.1f %%: --layout=%s --split=%s "
        "--source=%s\n",
        set.name, set.images,
        100.0 * static_cast<double>(set.usual_background_images) /
            static_cast<double>(std::max<int64_t>(set.images, 1)),
        info.layout, info.split,
        JoinPath(options.run.output, std::string(info.source)));
  }
  return text;
}

}  // namespace maskfill
