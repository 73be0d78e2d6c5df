#include "core/work/ledger.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/mapped_file.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/work/run_summary.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr size_t kPieceBytes = size_t{16} << 20;

absl::Status CheckApart(const std::string& what, const std::string& path,
                        const std::string& what_else,
                        const std::string& other) {
  ASSIGN_OR_RETURN(const std::string a, CanonicalPath(path));
  ASSIGN_OR_RETURN(const std::string b, CanonicalPath(other));
  if (!IsInside(a, b) && !IsInside(b, a)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " \"", path, "\" and ", what_else, " \"", other,
                   "\" lie in one another; give them places of their own"));
}

// No path that is written lies on, in or around one that is read.
absl::Status CheckPaths(const RunOptions& options, const v1::Manifest& plan) {
  for (const v1::InputReference& input : plan.inputs()) {
    if (input.path().empty() || !PathExists(input.path())) continue;
    RETURN_IF_ERROR(CheckApart("--output", options.output,
                               absl::StrCat("the input ", input.role()),
                               input.path()));
  }
  return PrepareRunSummary(options);
}

absl::Status NotOurs(const Found& found) {
  return absl::InvalidArgumentError(
      absl::StrCat("--output: ", found.description,
                   "; it is left as it is: give another --output, or remove "
                   "it yourself"));
}

absl::Status OtherWork(const v1::Manifest& plan, const Found& found) {
  std::string difference =
      DescribeDifference(plan, found.entry, "this run", "the output");
  if (difference.empty()) difference = "nothing that was asked for differs";
  return absl::AlreadyExistsError(absl::StrCat(
      "--output holds the result of other work: ", found.description,
      " has fingerprint ", found.entry.fingerprint(), ", this run has ",
      plan.fingerprint(), "; ", difference,
      "; give another --output, or --overwrite to replace it"));
}

absl::Status CheckMayMake(const RunOptions& options, const v1::Manifest& plan,
                          const Found& found) {
  if (found.standing == Standing::kNotOurs) return NotOurs(found);
  if (found.standing == Standing::kOtherWork && !options.overwrite) {
    return OtherWork(plan, found);
  }
  return absl::OkStatus();
}

// What stands for the contents of a directory; hidden files are the system's.
absl::StatusOr<std::string> Listing(const std::string& directory) {
  ASSIGN_OR_RETURN(std::vector<std::string> names, ListDirectory(directory));
  std::erase_if(names, [](const std::string& name) { return name[0] == '.'; });
  return absl::StrJoin(names, "\n");
}

std::string ChecksumText(absl::string_view bytes) {
  return absl::StrFormat("%08x", Crc32c(bytes));
}

// CRC-32C of some bytes of a file, of which a piece lies in memory at a time.
uint32_t ChecksumOf(const MappedFile& file, size_t begin, size_t end) {
  uint32_t crc = 0;
  for (size_t at = begin; at < end; at += kPieceBytes) {
    const size_t bytes = std::min(kPieceBytes, end - at);
    crc = Crc32c(file.bytes().substr(at, bytes), crc);
    file.DropPages(at, bytes);
  }
  return crc;
}

// Adds size and checksum of a file; of a large one two threads read a half
// each.
absl::Status AddChecksum(const std::string& path, v1::ShardEntry* entry) {
  ASSIGN_OR_RETURN(const auto file, MappedFile::Open(path));
  const size_t bytes = file->bytes().size();
  const size_t half = bytes / 2 / kPieceBytes * kPieceBytes;
  std::future<uint32_t> second =
      std::async(half > 0 ? std::launch::async : std::launch::deferred,
                 [&] { return ChecksumOf(*file, half, bytes); });
  const uint32_t first = ChecksumOf(*file, 0, half);
  const uint32_t crc = Crc32cOfBoth(first, second.get(), bytes - half);
  entry->set_bytes(static_cast<int64_t>(bytes));
  entry->set_crc32c(absl::StrFormat("%08x", crc));
  return absl::OkStatus();
}

const char* StandingText(Standing standing) {
  switch (standing) {
    case Standing::kAbsent:
      return "nothing yet";
    case Standing::kUnfinished:
      return "this work, unfinished";
    case Standing::kFinished:
      return "this work, finished";
    case Standing::kOtherWork:
      return "other work";
    case Standing::kNotOurs:
      return "something that was not made by this tool";
  }
  return "";
}

std::string PlanText(const RunOptions& options, const v1::Manifest& plan) {
  std::string text =
      absl::StrCat(plan.tool(), " ", plan.tool_version(), ", algorithm ",
                   plan.algorithm_version(),
                   ", dry run: nothing is written\noutput: ", options.output,
                   "\nfingerprint: ", plan.fingerprint(), "\n");
  for (const v1::Option& option : plan.options()) {
    absl::StrAppend(&text, "option: ", option.name(), "=", option.value(),
                    "\n");
  }
  absl::StrAppend(&text, "option: seed=", plan.seed(), "\n");
  for (const v1::InputReference& input : plan.inputs()) {
    absl::StrAppend(&text, "input: ", input.role(), " ", input.fingerprint(),
                    " (", input.path(), ")\n");
  }
  return text;
}

absl::Status TakeFinished(const RunOptions& options, Found found,
                          Output& output, WorkResult* result) {
  result->manifest = std::move(found.entry);
  RETURN_IF_ERROR(output.CheckFinished(result));
  result->already_done = true;
  result->complete = true;
  LOG(INFO) << "\"" << options.output << "\" is finished already (fingerprint "
            << result->manifest.fingerprint() << "): nothing to do";
  return absl::OkStatus();
}

absl::Status Run(const RunOptions& options, const v1::Manifest& plan,
                 Output& output, WorkResult* result) {
  ASSIGN_OR_RETURN(Found found, output.Inspect());
  if (options.dry_run) {
    const std::string text =
        absl::StrCat(PlanText(options, plan),
                     "at the output: ", StandingText(found.standing), "\n",
                     output.PlanLines(found));
    std::fputs(text.c_str(), stdout);
    return CheckMayMake(options, plan, found);
  }
  RETURN_IF_ERROR(CheckMayMake(options, plan, found));
  std::unique_ptr<FileLock> lock;
  if (found.standing != Standing::kFinished || output.Again()) {
    ASSIGN_OR_RETURN(lock, output.Lock());
    // The one who had it may have made something in between.
    if (lock != nullptr) {
      ASSIGN_OR_RETURN(found, output.Inspect());
      RETURN_IF_ERROR(CheckMayMake(options, plan, found));
    }
  }
  absl::Status status;
  if (found.standing != Standing::kFinished || output.Again()) {
    status = output.Make(found, result);
  } else {
    status = TakeFinished(options, std::move(found), output, result);
  }
  if (lock != nullptr) lock->Remove();
  return status;
}

}  // namespace

absl::StatusOr<WorkResult> Perform(const RunOptions& options,
                                   const v1::Manifest& plan, Output& output) {
  const absl::Time start = absl::Now();
  RETURN_IF_ERROR(CheckPaths(options, plan));
  WorkResult result;
  result.manifest = plan;
  const absl::Status status = Run(options, plan, output, &result);
  result.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  RETURN_IF_ERROR(WriteRunSummary(options, result, status));
  return result;
}

absl::StatusOr<std::string> OutputPath(const RunOptions& options) {
  if (options.output.empty()) {
    return absl::InvalidArgumentError("--output is missing");
  }
  return CanonicalPath(options.output);
}

absl::StatusOr<v1::Manifest> ReadEntry(const std::string& path) {
  return ReadUnfinishedManifest(path);
}

Found CompareWithPlan(const v1::Manifest& plan, v1::Manifest entry,
                      const std::string& where) {
  Found found;
  found.entry = std::move(entry);
  found.description = absl::StrCat("\"", where, "\"");
  if (found.entry.tool() != plan.tool()) {
    found.standing = Standing::kNotOurs;
    absl::StrAppend(&found.description, " was made by ", found.entry.tool(),
                    ", not by ", plan.tool());
  } else if (found.entry.fingerprint() != plan.fingerprint()) {
    found.standing = Standing::kOtherWork;
  } else {
    found.standing = Standing::kUnfinished;
  }
  return found;
}

absl::StatusOr<std::unique_ptr<FileLock>> LockOutput(
    const std::string& path, const std::string& output) {
  ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock,
                   FileLock::TryExclusive(path));
  if (lock != nullptr) return lock;
  return absl::AbortedError(absl::StrCat(
      "another process is making \"", output, "\" (it holds the lock \"", path,
      "\"); run the same command again when it has ended"));
}

absl::Status AddFileEntries(const std::string& dir,
                            absl::Span<const std::string> names,
                            v1::Manifest* entry) {
  for (const std::string& name : names) {
    const std::string path = JoinPath(dir, name);
    ASSIGN_OR_RETURN(const bool there, FindPath(path));
    if (!there) continue;
    v1::ShardEntry* file = entry->add_shards();
    file->set_name(name);
    ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(path));
    if (!is_directory) {
      RETURN_IF_ERROR(AddChecksum(path, file));
      continue;
    }
    ASSIGN_OR_RETURN(const std::string listing, Listing(path));
    file->set_bytes(static_cast<int64_t>(listing.size()));
    file->set_crc32c(ChecksumText(listing));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> FindDamage(const std::string& dir,
                                       const v1::Manifest& entry) {
  for (const v1::ShardEntry& file : entry.shards()) {
    const std::string path = JoinPath(dir, file.name());
    ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(path));
    if (is_directory) {
      ASSIGN_OR_RETURN(const std::string listing, Listing(path));
      if (ChecksumText(listing) == file.crc32c()) continue;
      return absl::StrCat("\"", path, "\" lost or gained files");
    }
    const absl::StatusOr<int64_t> bytes = FileSize(path);
    if (absl::IsNotFound(bytes.status())) {
      return absl::StrCat("\"", path, "\" is missing");
    }
    RETURN_IF_ERROR(bytes.status());
    if (*bytes != file.bytes()) {
      return absl::StrCat("\"", path, "\" has ", *bytes, " bytes, expected ",
                          file.bytes());
    }
  }
  return std::string();
}

}  // namespace maskfill
