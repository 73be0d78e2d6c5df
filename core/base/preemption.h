// Being told to stop, or to save: a scheduler's warning becomes a flag that
// long loops ask for between records or steps.
//
//   while (...) {
//     RETURN_IF_ERROR(CheckNotPreempted());
//     ...
//   }
#ifndef MASKFILL_CORE_BASE_PREEMPTION_H_
#define MASKFILL_CORE_BASE_PREEMPTION_H_

#include "absl/status/status.h"

namespace maskfill {

// SIGTERM and the first SIGINT ask for an orderly stop; a second SIGINT ends
// the process at once. SIGUSR1 is a request to stop too, but to a program that
// takes save requests. SIGHUP is ignored (a lost terminal does not end a batch
// job).
void InstallPreemptionHandlers();

// From here on SIGUSR1 asks for what TakeSaveRequest() tells, and not to stop:
// for programs with a state that is worth saving before they are done.
void AcceptSaveRequests();
// Whether to save the state and go on; once for any number of requests since
// the last call.
bool TakeSaveRequest();

// What the signals do, for those who hear of them on another way (another
// process of the same job). Safe from any thread.
void RequestStop(int signal_number);
void RequestSave();

// Whether one of the signals to stop has arrived. Safe from any thread.
bool PreemptionRequested();

// Cancelled ("stopped by signal N; what is finished is kept, run the same
// command again to continue") once a signal has arrived, else OK.
absl::Status CheckNotPreempted();

// As if the signal had arrived, or as if it had not: for tests.
void SetPreemptionSignalForTest(int signal_number);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_PREEMPTION_H_
