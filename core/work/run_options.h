// What every run is told; a program fills what it uses (run_flags.h).
#ifndef MASKFILL_CORE_WORK_RUN_OPTIONS_H_
#define MASKFILL_CORE_WORK_RUN_OPTIONS_H_

#include <cstdint>
#include <string>

#include "core/base/progress.h"

namespace maskfill {

struct RunOptions {
  std::string input;   // stage directory
  std::string output;  // file or directory, as the program says
  // This process makes the shards with shard % task_count == task_index.
  int64_t task_index = 0;
  int64_t task_count = 1;
  uint64_t seed = 0;
  bool overwrite = false;    // other work at `output` is replaced
  bool dry_run = false;      // print plan and fingerprint, write nothing
  std::string summary_json;  // path, or empty
  ProgressMode progress = ProgressMode::kAuto;
  int64_t max_bad_records = 0;  // over all shards
  int num_threads = 0;          // 0: all cores
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_RUN_OPTIONS_H_
