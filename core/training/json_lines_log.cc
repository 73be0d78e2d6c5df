#include "core/training/json_lines_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/foreign_json.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

// The step of a complete line, -1 of anything else (a line cut by a crash).
int64_t StepOf(absl::string_view line) {
  const nlohmann::json json = ParseForeignJson(line);
  if (!json.is_object() || !json.contains("step") ||
      !json["step"].is_number_integer()) {
    return -1;
  }
  return json["step"];
}

}  // namespace

JsonLinesLog::JsonLinesLog(std::unique_ptr<AppendedFile> file)
    : file_(std::move(file)) {}

absl::StatusOr<std::unique_ptr<JsonLinesLog>> JsonLinesLog::Open(
    const std::string& path, int64_t keep_until) {
  std::string kept;
  ASSIGN_OR_RETURN(const bool there, FindPath(path));
  if (there) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    for (const absl::string_view line :
         absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      const int64_t step = StepOf(line);
      if (step >= 0 && step <= keep_until) absl::StrAppend(&kept, line, "\n");
    }
  }
  RETURN_IF_ERROR(WriteFileAtomically(path, kept));
  ASSIGN_OR_RETURN(std::unique_ptr<AppendedFile> file,
                   AppendedFile::Open(path));
  return std::unique_ptr<JsonLinesLog>(new JsonLinesLog(std::move(file)));
}

absl::Status JsonLinesLog::Append(const nlohmann::ordered_json& object) {
  return file_->Append(object.dump() + "\n");
}

absl::Status JsonLinesLog::Sync() { return file_->Sync(); }

}  // namespace maskfill
