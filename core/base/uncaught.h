// Exceptions and ends of a process that nobody has turned into a status.
#ifndef MASKFILL_CORE_BASE_UNCAUGHT_H_
#define MASKFILL_CORE_BASE_UNCAUGHT_H_

#include <exception>

#include "absl/status/status.h"

namespace maskfill {

// ResourceExhausted where memory ran out, Unavailable where the system refused
// something (a thread), else Internal; the message's first line.
absl::Status ExceptionStatus(const std::exception& exception);

// From here on the process ends with one of our exit codes and a line that says
// why, also where an exception is caught by nobody, on any thread, or a library
// calls exit(1), as OpenMP does that gets no thread. For InitMain.
void EndWithExitCodes();

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_UNCAUGHT_H_
