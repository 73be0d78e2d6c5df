// What a run did.
#ifndef MASKFILL_CORE_WORK_WORK_RESULT_H_
#define MASKFILL_CORE_WORK_WORK_RESULT_H_

#include <cstdint>

#include "proto/manifest.pb.h"

namespace maskfill {

struct WorkResult {
  // The ledger's entry when complete; else what was asked for.
  v1::Manifest manifest;
  bool already_done = false;   // nothing was left to do
  bool complete = false;       // the whole result is there
  int64_t shards_written = 0;  // by this call
  int64_t records = 0;         // written, or trained on, by this call
  int64_t bad_records = 0;     // of this task's shards
  double seconds = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_WORK_RESULT_H_
