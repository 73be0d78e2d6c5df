// What a training run is told.
#ifndef MASKFILL_TRAIN_TRAIN_OPTIONS_H_
#define MASKFILL_TRAIN_TRAIN_OPTIONS_H_

#include <cstdint>
#include <string>

#include "core/masking/counterfactual_options.h"
#include "core/model/device_flags.h"
#include "core/training/launch_flags.h"
#include "core/training/learning_rate_schedule.h"
#include "core/training/moving_teacher.h"
#include "core/training/objective.h"
#include "core/work/run_options.h"

namespace maskfill {

enum class CamSource {
  kCached,  // counterfactuals are a set that mask_tool made
  kOnline,  // they follow the student (core/training/online_counterfactuals.h)
};

// Defaults are the recipe of the method's authors.
struct TrainOptions {
  RunOptions run;
  ComputeOptions compute;  // batch_size: most images per forward pass
  RankOptions ranks;       // the processes that train together

  std::string checkpoint;       // directory: where the student starts
  std::string teacher;          // directory, or empty
  std::string counterfactuals;  // stage directory, or empty
  // Stage directories of feature_tool, or empty: the teacher's features of what
  // is distilled on, and those of the images where the backbone stays.
  std::string teacher_features;
  std::string features;
  std::string validation;  // stage directory, or empty
  // Of modes that train the text tower, as of LoadClassNames (or empty: those
  // of the checkpoint's head) and LoadPrompts.
  std::string class_names;
  std::string templates = "openai";

  const Objective* objective = nullptr;  // the mode
  double beta = 30;                      // weight of the distillation
  double kd_temperature = 10;            // of logits that are distilled
  const TeacherUpdate* teacher_update = &TeacherUpdates()[0];  // it stays
  double teacher_momentum = 0.999;  // of updates that take one
  CamSource cam_source = CamSource::kCached;
  // Of kOnline: masks and fills; sizes and seed are the run's.
  CounterfactualOptions counterfactual;
  std::string donor_input;  // stage directory; empty: that of `run`
  int64_t epochs = 10;
  int64_t global_batch_size = 512;  // images per optimiser step
  int64_t accumulate = 1;           // least number of parts of a batch
  bool recompute = false;           // TrainerOptions::recompute
  double learning_rate = 3e-5;
  double weight_decay = 0.1;
  ScheduleKind schedule = ScheduleKind::kOneCycle;
  double warmup_fraction = 0.02;  // of all steps
  double grad_clip = 1;           // global L2 norm; 0: none

  // Steps between saved states, besides those at the end of each epoch; 0:
  // only those.
  int64_t checkpoint_every_steps = 0;
  int64_t keep_states = 2;  // how many saved states stay, the newest
  bool resume = true;  // false: the run begins again whatever is there of it
};

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_TRAIN_OPTIONS_H_
