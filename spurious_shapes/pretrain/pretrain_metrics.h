// metrics.jsonl: one JSON object per line for steps and probes.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_METRICS_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_METRICS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "spurious_shapes/pretrain/step/pretrainer.h"
#include "spurious_shapes/pretrain/step/zero_shot_probe.h"

namespace maskfill {

// {"step":100,"loss":...} with a mean loss, and {"step":500,"zero_shot":{...}}
// with percentages; each ends with a newline. `step`: steps taken.
std::string StepMetricsLine(int64_t step, double mean_loss,
                            const PretrainStepResult& result,
                            double images_per_second);
std::string ProbeMetricsLine(int64_t step, const ZeroShotAccuracy& accuracy);

// Drops the lines after `step`, which a stopped run wrote beyond its last
// state. A missing file is none.
absl::Status KeepMetricsUpTo(const std::string& path, int64_t step);
absl::Status AppendMetrics(const std::string& path, const std::string& line);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_METRICS_H_
