// One answer to "what was asked for, and is it done?", for every program.
#ifndef MASKFILL_CORE_WORK_LEDGER_H_
#define MASKFILL_CORE_WORK_LEDGER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/base/file_lock.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// What lies where a result goes.
enum class Standing {
  kAbsent,      // nothing
  kUnfinished,  // this work, begun, or finished and damaged since
  kFinished,    // this work
  kOtherWork,   // other work of this tool, finished or not
  kNotOurs,     // anything else: a person's, another tool's
};

struct Found {
  Standing standing = Standing::kAbsent;
  v1::Manifest entry;       // of kFinished and kOtherWork
  std::string description;  // of kNotOurs and kOtherWork: what was found where
};

// Where a result goes: one of the four kinds (file.h, directory.h, shards.h,
// run.h), and how it is made. Programs call those; this is their common part.
class Output {
 public:
  virtual ~Output() = default;

  // Looks and changes nothing. Unavailable and PermissionDenied when it cannot
  // look: what cannot be read is never taken for absent or damaged.
  virtual absl::StatusOr<Found> Inspect() const = 0;
  // After Inspect() said kFinished, before that is taken as the result.
  virtual absl::Status CheckFinished(WorkResult* result) {
    (void)result;
    return absl::OkStatus();
  }
  // Makes this process its only writer, until the lock is gone; null where
  // several may write. Aborted when another process has it.
  virtual absl::StatusOr<std::unique_ptr<FileLock>> Lock() const = 0;
  // Makes the result. `found`, as seen under the lock, is kAbsent or
  // kUnfinished, or kOtherWork, which is to be removed first, or kFinished
  // where Again() holds.
  virtual absl::Status Make(const Found& found, WorkResult* result) = 0;
  // A line or more for --dry_run, each with its newline.
  virtual std::string PlanLines(const Found& found) const = 0;
  // Whether this work is made anew although it is finished.
  virtual bool Again() const { return false; }
};

// Does what every run does around the work itself: refuses an --output that
// lies on an input or is not ours, prints the plan of --dry_run, finds finished
// work without writing anything, and writes --summary_json last, also after an
// error.
//
// InvalidArgument: what is at --output was not made by this tool, or a path
// lies on another one. AlreadyExists: it is other work, and --overwrite is not
// given; both fingerprints and what differs are named.
absl::StatusOr<WorkResult> Perform(const RunOptions& options,
                                   const v1::Manifest& plan, Output& output);

// The canonical path of --output. InvalidArgument when it is missing.
absl::StatusOr<std::string> OutputPath(const RunOptions& options);

// The entry of the ledger at `path`; its fingerprint is verified. NotFound,
// DataLoss (damaged), FailedPrecondition (of a newer version).
absl::StatusOr<v1::Manifest> ReadEntry(const std::string& path);

// How an entry of the ledger stands to the work of `plan`: kOtherWork,
// kNotOurs (of another tool) or kUnfinished. `where`: file or directory, for
// the description.
Found CompareWithPlan(const v1::Manifest& plan, v1::Manifest entry,
                      const std::string& where);

// The exclusive lock of an output with one writer. Aborted when another process
// has it: it may finish, so the same command is worth running again.
absl::StatusOr<std::unique_ptr<FileLock>> LockOutput(const std::string& path,
                                                     const std::string& output);

// Name, size and checksum of the files `names` in `dir` as the entry's shards;
// of directories, these of the list of names in them. The absent ones are left
// out.
absl::Status AddFileEntries(const std::string& dir,
                            absl::Span<const std::string> names,
                            v1::Manifest* entry);
// The first of these that is missing in `dir`, or has another size or other
// names in it, with what is wrong with it; empty when there is none.
absl::StatusOr<std::string> FindDamage(const std::string& dir,
                                       const v1::Manifest& entry);

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_LEDGER_H_
