// Exit codes of every program: those of sysexits(3), with 75 for "run me
// again" and 78 for "other work is there", and 79, which it does not know.
#ifndef MASKFILL_CORE_BASE_EXIT_CODE_H_
#define MASKFILL_CORE_BASE_EXIT_CODE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace maskfill {

enum ExitCodes : int {
  kExitOk = 0,
  kExitUsage = 64,         // InvalidArgument: a flag is missing or wrong
  kExitDataError = 65,     // DataLoss, OutOfRange: damaged data;
                           // FailedPrecondition: inputs that do not fit
  kExitNoInput = 66,       // NotFound: an input is missing or unfinished
  kExitSoftware = 70,      // Internal, Unknown, ...: our bug
  kExitCannotCreate = 73,  // ResourceExhausted: full disk or quota
  kExitIoError = 74,       // Unavailable: the system failed to read or write
  kExitTempFail = 75,      // Cancelled, Aborted: preempted, a rerun continues
  kExitNoPermission = 77,  // PermissionDenied
  kExitOtherWork = 78,     // AlreadyExists: --output holds other work
  kExitDiverged = 79,      // DivergedError: training is lost, whoever retries
};

// What --help says of an exit code, and what schedulers are told.
struct ExitCodeMeaning {
  int code;
  const char* name;     // that of sysexits(3) where it has one
  const char* meaning;  // for people
  bool retry;           // the same command may succeed, or goes on
};

// Of all, in the order of their numbers.
absl::Span<const ExitCodeMeaning> ExitCodeMeanings();

// Training has diverged: InvalidArgument with an exit code of its own, which
// Annotate() keeps.
absl::Status DivergedError(absl::string_view message);
bool IsDiverged(const absl::Status& status);

// The exit code for `result`; logs the message of an error once, as one line
// on stderr that starts with "error:". What could not be written to stdout is
// an error too.
int ExitCode(const absl::Status& result);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_EXIT_CODE_H_
