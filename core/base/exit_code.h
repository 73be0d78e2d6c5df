// Exit codes of every program: sysexits(3), and 75 for "run me again".
#ifndef MASKFILL_CORE_BASE_EXIT_CODE_H_
#define MASKFILL_CORE_BASE_EXIT_CODE_H_

#include "absl/status/status.h"

namespace maskfill {

enum ExitCodes : int {
  kExitOk = 0,
  kExitUsage = 64,         // InvalidArgument: a flag is missing or wrong
  kExitDataError = 65,     // DataLoss, OutOfRange: damaged or unfitting data
  kExitNoInput = 66,       // NotFound: an input is missing
  kExitSoftware = 70,      // Internal, Unknown, ...: our bug
  kExitCannotCreate = 73,  // ResourceExhausted: full disk or quota
  kExitIoError = 74,       // Unavailable: the system failed to read or write
  kExitTempFail = 75,      // Cancelled, Aborted: preempted, a rerun continues
  kExitNoPermission = 77,  // PermissionDenied
  kExitConfig = 78,        // FailedPrecondition: stages do not fit together
};

// The exit code for `result`; logs the message of an error once, as one line
// on stderr that starts with "error:". What could not be written to stdout is
// an error too.
int ExitCode(const absl::Status& result);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_EXIT_CODE_H_
