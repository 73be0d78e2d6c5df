#include "core/work/run_summary.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/foreign_json.h"
#include "core/base/status_macros.h"
#include "core/work/work.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) +
         1e-6 * static_cast<double>(time.tv_usec);
}

Json BadRecords(const v1::Manifest& manifest) {
  Json list = Json::array();
  for (const v1::ShardEntry& shard : manifest.shards()) {
    for (const v1::BadRecord& bad : shard.bad_records()) {
      list.push_back({{"shard", shard.name()},
                      {"source", bad.source()},
                      {"reason", bad.reason()}});
    }
  }
  return list;
}

Json Notes(const v1::Manifest& manifest) {
  Json list = Json::array();
  for (const v1::Option& note : manifest.notes()) {
    list.push_back({{"name", note.name()}, {"value", note.value()}});
  }
  return list;
}

}  // namespace

std::string RunSummaryJson(const RunOptions& options, const WorkResult& result,
                           const absl::Status& status) {
  const v1::Manifest& manifest = result.manifest;
  Json json;
  json["status"] = absl::StatusCodeToString(status.code());
  json["message"] = std::string(status.message());
  json["tool"] = manifest.tool();
  json["tool_version"] = manifest.tool_version();
  json["output"] = options.output;
  json["fingerprint"] = manifest.fingerprint();
  json["content_fingerprint"] = manifest.content_fingerprint();
  json["task_index"] = options.task_index;
  json["task_count"] = options.task_count;
  json["already_done"] = result.already_done;
  json["complete"] = result.complete;
  json["shards_written"] = result.shards_written;
  json["records_written"] = result.records;
  int64_t records = 0;
  for (const v1::ShardEntry& shard : manifest.shards()) {
    records += shard.records();
  }
  // Files have no records of their own.
  if (records == 0) {
    records = static_cast<int64_t>(CounterOf(manifest, kImagesTrained));
  }
  json["shards"] = manifest.shards_size();
  json["records"] = records;
  Json counters = Json::object();
  for (const v1::Counter& counter : manifest.counters()) {
    counters[counter.name()] = counter.value();
  }
  json["counters"] = std::move(counters);
  json["bad_records"] = BadRecords(manifest);
  json["notes"] = Notes(manifest);
  json["seconds"] = result.seconds;
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  json["cpu_seconds"] = Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  json["peak_memory_bytes"] = int64_t{usage.ru_maxrss} * 1024;
  // File names need not be UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace {

// A summary replaces an older one, and nothing else.
absl::Status CheckReplaceable(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return absl::OkStatus();
  std::string found = S_ISDIR(info.st_mode) ? "a directory" : "no file";
  if (S_ISREG(info.st_mode)) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    const Json json = ParseForeignJson<Json>(text);
    if (text.empty() || (json.is_object() && json.contains("status") &&
                         json.contains("tool") && json.contains("seconds"))) {
      return absl::OkStatus();
    }
    found = "something else than a summary";
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--summary_json is \"", path, "\", which is ", found,
                   "; it is left as it is: give a file of its own"));
}

}  // namespace

absl::Status PrepareRunSummary(const RunOptions& options) {
  if (options.summary_json.empty() || options.dry_run) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string summary,
                   CanonicalPath(options.summary_json));
  std::string output;  // none of a run that only looks
  if (!options.output.empty()) {
    ASSIGN_OR_RETURN(output, CanonicalPath(options.output));
  }
  if (summary == output) {
    return absl::InvalidArgumentError(
        absl::StrCat("--summary_json is \"", options.summary_json,
                     "\", expected a file of its own"));
  }
  RETURN_IF_ERROR(CheckReplaceable(options.summary_json));
  return Annotate(MakeDirectories(Dirname(summary)), "--summary_json");
}

absl::Status WriteRunSummary(const RunOptions& options,
                             const WorkResult& result,
                             const absl::Status& status) {
  if (options.summary_json.empty() || options.dry_run) return status;
  // It may be the work itself that has made something of this name.
  absl::Status written = CheckReplaceable(options.summary_json);
  if (written.ok()) {
    written = WriteFileAtomically(options.summary_json,
                                  RunSummaryJson(options, result, status));
  }
  return status.ok() ? Annotate(written, "--summary_json") : status;
}

}  // namespace maskfill
