// Pre-training from options to a weights file.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_CLIP_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_CLIP_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

struct PretrainClipOptions {
  RunOptions run;
  c10::Device device = c10::Device(c10::kCPU);
  int64_t steps = 18000;           // of both towers
  int64_t text_only_steps = 2000;  // after these, of the text tower alone
  int64_t batch_size = 64;         // pictures of a step
  int64_t images_per_pass = 32;    // of one thread
  int num_replicas = 1;            // threads
  double learning_rate = 1.2e-3;   // greatest
  int64_t text_frozen_steps = 2000;
  double text_learning_rate_factor = 0.1;  // of the text tower
  int64_t warmup_steps = 150;
  int64_t decay_steps = 4500;  // the last ones of both towers
  double polysemy_rate = 0.3;  // of captions in the text-only steps
  double short_caption_rate = 0.25;

  int64_t checkpoint_every_steps = 250;
  int64_t probe_every_steps = 500;  // 0: never
  int64_t probe_images = 200;       // of each of the six sets
};

// Raised when other bits come of the same options.
inline constexpr int kPretrainVersion = 1;

// What lies in the output directory, besides what every run leaves there.
inline constexpr char kClipFile[] = "clip.safetensors";
inline constexpr char kPretrainMetricsFile[] = "metrics.jsonl";
inline constexpr char kZeroShotFile[] = "zero_shot.jsonl";

// Trains and writes clip.safetensors (float16, OpenAI's names, with activation
// and heads in its metadata: what import_model reads), metrics.jsonl and
// zero_shot.jsonl. A run that was stopped continues where its last state was
// saved, with the same result bit for bit. Counters of the result: steps, and
// the last one's loss.
//
// Errors as of MakeRun (core/work/run.h) and RunTrainingLoop
// (core/training/training_loop.h).
absl::StatusOr<WorkResult> PretrainClip(const PretrainClipOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_CLIP_H_
