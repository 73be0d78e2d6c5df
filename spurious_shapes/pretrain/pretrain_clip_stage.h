// Pre-training from options to a weights file.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_CLIP_STAGE_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_CLIP_STAGE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "core/base/progress.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"

namespace maskfill {

struct PretrainClipOptions {
  std::string output;  // directory
  bool overwrite = false;
  bool dry_run = false;
  ProgressMode progress = ProgressMode::kAuto;
  std::string summary_json;  // path, or empty
  c10::Device device = c10::Device(c10::kCPU);

  uint64_t seed = 0;
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

struct PretrainClipStats {
  bool already_done = false;
  int64_t steps = 0;  // of this run
  double seconds = 0;
  double loss = 0;  // of the last step
};

// Names of what lies in the output directory.
inline constexpr char kClipFile[] = "clip.safetensors";
inline constexpr char kPretrainProvenanceFile[] = "provenance.json";
inline constexpr char kPretrainMetricsFile[] = "metrics.jsonl";
inline constexpr char kPretrainStateFile[] = "state.safetensors";

// Trains and writes clip.safetensors (float16, OpenAI's names, with activation
// and heads in its metadata: what import_model reads), provenance.json and
// metrics.jsonl. A run that was stopped continues where its last state was
// saved, with the same result bit for bit; a finished one is left alone.
// FailedPrecondition when the directory is of a run with other options.
absl::StatusOr<PretrainClipStats> PretrainClip(
    const PretrainClipOptions& options);

// The weights file alone.
absl::Status WriteClipFile(const std::string& path, const ModelConfig& config,
                           const NamedTensors& weights);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_CLIP_STAGE_H_
