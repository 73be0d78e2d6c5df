// Being told to stop: a scheduler's warning becomes a flag that long loops
// ask for between records or steps.
//
//   while (...) {
//     RETURN_IF_ERROR(CheckNotPreempted());
//     ...
//   }
#ifndef MASKFILL_CORE_BASE_PREEMPTION_H_
#define MASKFILL_CORE_BASE_PREEMPTION_H_

#include "absl/status/status.h"

namespace maskfill {

// SIGTERM, SIGUSR1 and the first SIGINT ask for an orderly stop; a second
// SIGINT ends the process at once. SIGHUP is ignored (a lost terminal does
// not end a batch job).
void InstallPreemptionHandlers();

// Whether one of the signals has arrived. Safe from any thread.
bool PreemptionRequested();

// Cancelled ("stopped by signal N; what is finished is kept, run the same
// command again to continue") once a signal has arrived, else OK.
absl::Status CheckNotPreempted();

// As if the signal had arrived, or as if it had not: for tests.
void SetPreemptionSignalForTest(int signal_number);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_PREEMPTION_H_
