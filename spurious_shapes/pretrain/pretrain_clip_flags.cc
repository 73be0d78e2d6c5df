#include "spurious_shapes/pretrain/pretrain_clip_flags.h"

#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/ordered_parallel.h"
#include "core/base/status_macros.h"
#include "core/model/device_flags.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_int64(steps, 18000,
             "optimiser steps of both towers, from exact captions, at least 1");
DEFINE_int64(text_only_steps, 2000,
             "further steps, in which the text tower alone learns, from "
             "polysemous captions, at least 0");
DEFINE_int64(global_batch_size, 64,
             "pictures of a step, at least one for each thread");
DEFINE_double(learning_rate, 1.2e-3,
              "greatest learning rate, above 0; reached after --warmup_steps "
              "and held until --decay_steps before the end");
DEFINE_int64(text_frozen_steps, 2000,
             "steps before which the text tower stays as it was drawn, 0 to "
             "--steps");
DEFINE_double(text_learning_rate_factor, 0.1,
              "the text tower's learning rate as a multiple of the image "
              "tower's, 0 (frozen) to 1");
DEFINE_int64(warmup_steps, 150, "steps of linear warm-up, 0 to --steps");
DEFINE_int64(decay_steps, 4500,
             "steps of linear decay to 0 at the end of --steps, 0 to --steps; "
             "--text_only_steps decay from the greatest rate to 0 again");
DEFINE_double(polysemy_rate, 0.3,
              "share of contexts (background and colour) in which a shape goes "
              "by another shape's word in --text_only_steps, 0 to 1");
DEFINE_double(short_caption_rate, 0.25,
              "share of batches whose captions leave out background, colour or "
              "both, 0 to 1");
DEFINE_int64(checkpoint_every_steps, 250,
             "steps between saved states, from which a stopped run continues, "
             "at least 1");
DEFINE_int64(probe_every_steps, 500,
             "steps between measurements of zero-shot accuracy on small "
             "held-out sets, 0: never");
DEFINE_int64(probe_images, 200, "pictures of each of the six held-out sets");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"output", {.path = FlagPath::kOutputDirectory, .required = true}},
});

void CheckStep(const char* flag, int64_t value, FlagErrors* errors) {
  errors->CheckRange(flag, value, 0, FLAGS_steps, " (--steps)");
}

void TakeModelFlags(PretrainClipOptions* options, FlagErrors* errors) {
  ComputeOptions compute;
  TakeDeviceFlag(&compute, errors);
  TakeBatchSizeFlag(&compute, errors);
  options->device = compute.device;
  options->images_per_pass = compute.batch_size;
  // A second replica on a GPU would only wait for the first.
  if (!options->device.is_cpu()) options->num_replicas = 1;
}

}  // namespace

absl::StatusOr<PretrainClipOptions> PretrainClipOptionsFromFlags() {
  FlagErrors errors;
  PretrainClipOptions options;
  TakeOutputFlags("a directory to write", &options.run, &errors);
  TakeSeedFlag(&options.run);
  TakeProgressFlag(&options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  options.num_replicas = ResolveNumThreads(options.run.num_threads);
  TakeModelFlags(&options, &errors);
  options.steps = FLAGS_steps;
  options.text_only_steps = FLAGS_text_only_steps;
  options.batch_size = FLAGS_global_batch_size;
  options.learning_rate = FLAGS_learning_rate;
  options.text_frozen_steps = FLAGS_text_frozen_steps;
  options.text_learning_rate_factor = FLAGS_text_learning_rate_factor;
  options.warmup_steps = FLAGS_warmup_steps;
  options.decay_steps = FLAGS_decay_steps;
  options.polysemy_rate = FLAGS_polysemy_rate;
  options.short_caption_rate = FLAGS_short_caption_rate;
  options.checkpoint_every_steps = FLAGS_checkpoint_every_steps;
  options.probe_every_steps = FLAGS_probe_every_steps;
  options.probe_images = FLAGS_probe_images;
  errors.CheckAtLeast("steps", FLAGS_steps, 1);
  errors.CheckAtLeast("text_only_steps", FLAGS_text_only_steps, 0);
  errors.CheckAtLeast("global_batch_size", FLAGS_global_batch_size,
                      options.num_replicas);
  errors.CheckAtLeast("checkpoint_every_steps", FLAGS_checkpoint_every_steps,
                      1);
  errors.CheckAtLeast("probe_every_steps", FLAGS_probe_every_steps, 0);
  errors.CheckAtLeast("probe_images", FLAGS_probe_images, 1);
  CheckStep("warmup_steps", FLAGS_warmup_steps, &errors);
  CheckStep("decay_steps", FLAGS_decay_steps, &errors);
  errors.CheckRange("polysemy_rate", FLAGS_polysemy_rate, 0, 1);
  errors.CheckRange("short_caption_rate", FLAGS_short_caption_rate, 0, 1);
  CheckStep("text_frozen_steps", FLAGS_text_frozen_steps, &errors);
  errors.CheckRange("text_learning_rate_factor",
                    FLAGS_text_learning_rate_factor, 0, 1);
  if (!(FLAGS_learning_rate > 0)) {
    errors.Add(absl::StrCat("--learning_rate is ", FLAGS_learning_rate,
                            ", expected a number above 0"));
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
