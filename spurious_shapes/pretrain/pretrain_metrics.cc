#include "spurious_shapes/pretrain/pretrain_metrics.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace maskfill {

std::string StepMetricsLine(int64_t step, double mean_loss,
                            const PretrainStepResult& result,
                            double images_per_second) {
  const nlohmann::ordered_json line = {
      {"step", step},
      {"loss", mean_loss},
      {"grad_norm", result.grad_norm},
      {"logit_scale", result.logit_scale},
      {"learning_rate", result.learning_rate},
      {"images_per_second", images_per_second}};
  return line.dump() + "\n";
}

std::string ProbeMetricsLine(int64_t step, const ZeroShotAccuracy& accuracy) {
  nlohmann::ordered_json sets, exact;
  for (const ZeroShotAccuracy::Set& set : accuracy.sets) {
    sets[set.name] = set.top1;
    exact[set.name] = set.top1_exact;
  }
  sets["ood"] = accuracy.ood();
  exact["ood"] = accuracy.ood_exact();
  const nlohmann::ordered_json line = {
      {"step", step}, {"zero_shot", sets}, {"zero_shot_exact", exact}};
  return line.dump() + "\n";
}

absl::Status KeepMetricsUpTo(const std::string& path, int64_t step) {
  if (!PathExists(path)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::string kept;
  for (const absl::string_view line :
       absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const auto json = nlohmann::json::parse(line.begin(), line.end(), nullptr,
                                            /*allow_exceptions=*/false);
    // A line that was cut when the machine died.
    if (!json.is_object() || !json.contains("step")) continue;
    if (json["step"].get<int64_t>() <= step) absl::StrAppend(&kept, line, "\n");
  }
  return WriteFileAtomically(path, kept);
}

absl::Status AppendMetrics(const std::string& path, const std::string& line) {
  std::ofstream file(path, std::ios::app | std::ios::binary);
  file << line << std::flush;
  if (!file) {
    return absl::UnavailableError(
        absl::StrCat("cannot write to \"", path, "\": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace maskfill
