// Getting ready to write a single file that somebody named.
#ifndef MASKFILL_CORE_BASE_OUTPUT_FILE_H_
#define MASKFILL_CORE_BASE_OUTPUT_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace maskfill {

// Makes the directory that `path` lies in, and removes from it what killed
// processes left (RemoveStaleTemporaries). Errors as of MakeDirectories.
absl::Status PrepareOutputFile(const std::string& path);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_OUTPUT_FILE_H_
