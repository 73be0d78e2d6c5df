#include "core/base/output_file.h"

#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace maskfill {

absl::Status PrepareOutputFile(const std::string& path) {
  const std::string dir = Dirname(path);
  RETURN_IF_ERROR(MakeDirectories(dir));
  return RemoveStaleTemporaries(dir);
}

}  // namespace maskfill
