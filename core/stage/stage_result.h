// What RunShardedStage did.
#ifndef MASKFILL_CORE_STAGE_STAGE_RESULT_H_
#define MASKFILL_CORE_STAGE_STAGE_RESULT_H_

#include <cstdint>

#include "proto/manifest.pb.h"

namespace maskfill {

struct StageResult {
  // All shards when complete; else what was asked for, without shards.
  v1::Manifest manifest;
  bool already_done = false;   // nothing was left to do
  bool complete = false;       // the manifest is published
  int64_t shards_written = 0;  // by this call
  int64_t records = 0;         // appended by this call
  int64_t bad_records = 0;     // of this task's shards
  double seconds = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_STAGE_STAGE_RESULT_H_
