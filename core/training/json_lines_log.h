// A file with one JSON object per step.
#ifndef MASKFILL_CORE_TRAINING_JSON_LINES_LOG_H_
#define MASKFILL_CORE_TRAINING_JSON_LINES_LOG_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/appended_file.h"
#include "nlohmann/json.hpp"

namespace maskfill {

// Appends lines whose objects have a member "step". A run that goes on from
// step k opens its log with keep_until k: what a dead run wrote beyond it is
// dropped, so that every step is there once.
//
//   ASSIGN_OR_RETURN(auto log, JsonLinesLog::Open(path, state.step));
//   RETURN_IF_ERROR(log->Append({{"step", 13}, {"loss", 0.5}}));
//
// Not thread-safe.
class JsonLinesLog {
 public:
  // Keeps the lines with step <= `keep_until` and makes the file when absent.
  static absl::StatusOr<std::unique_ptr<JsonLinesLog>> Open(
      const std::string& path, int64_t keep_until);

  // One line, given to the system at once so that others can follow it.
  absl::Status Append(const nlohmann::ordered_json& object);
  // Returns when all lines would survive a crash of the machine.
  absl::Status Sync();

 private:
  explicit JsonLinesLog(std::unique_ptr<AppendedFile> file);

  const std::unique_ptr<AppendedFile> file_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_JSON_LINES_LOG_H_
