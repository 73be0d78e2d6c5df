#include "core/training/json_lines_log.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

// The step of a complete line, -1 of anything else (a line cut by a crash).
int64_t StepOf(absl::string_view line) {
  const auto json =
      nlohmann::json::parse(line.begin(), line.end(), nullptr, false);
  if (!json.is_object() || !json.contains("step") ||
      !json["step"].is_number_integer()) {
    return -1;
  }
  return json["step"];
}

}  // namespace

JsonLinesLog::JsonLinesLog(std::string path, std::FILE* file)
    : path_(std::move(path)), file_(file) {}

JsonLinesLog::~JsonLinesLog() { std::fclose(file_); }

absl::StatusOr<std::unique_ptr<JsonLinesLog>> JsonLinesLog::Open(
    const std::string& path, int64_t keep_until) {
  std::string kept;
  if (PathExists(path)) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    for (const absl::string_view line :
         absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      const int64_t step = StepOf(line);
      if (step >= 0 && step <= keep_until) absl::StrAppend(&kept, line, "\n");
    }
  }
  RETURN_IF_ERROR(WriteFileAtomically(path, kept));
  std::FILE* file = std::fopen(path.c_str(), "a");
  if (file == nullptr) {
    return ErrnoStatus(errno, "append to", path);
  }
  return std::unique_ptr<JsonLinesLog>(new JsonLinesLog(path, file));
}

absl::Status JsonLinesLog::Error() const {
  return ErrnoStatus(errno, "append to", path_);
}

absl::Status JsonLinesLog::Append(const nlohmann::ordered_json& object) {
  const std::string line = object.dump() + "\n";
  if (std::fwrite(line.data(), 1, line.size(), file_) != line.size() ||
      std::fflush(file_) != 0) {
    return Error();
  }
  return absl::OkStatus();
}

absl::Status JsonLinesLog::Sync() {
  if (std::fflush(file_) != 0 || fsync(fileno(file_)) != 0) return Error();
  return absl::OkStatus();
}

}  // namespace maskfill
