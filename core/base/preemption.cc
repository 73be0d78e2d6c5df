#include "core/base/preemption.h"

#include <atomic>
#include <csignal>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace maskfill {
namespace {

// Lock-free, so that a signal handler may write it.
std::atomic<int> preemption_signal{0};
std::atomic<bool> accepts_save_requests{false};
std::atomic<bool> save_requested{false};
static_assert(std::atomic<int>::is_always_lock_free &&
              std::atomic<bool>::is_always_lock_free);

void OnSignal(int signal_number) {
  if (signal_number == SIGUSR1 && accepts_save_requests.load()) {
    save_requested.store(true);
    return;
  }
  if (signal_number == SIGINT && preemption_signal.load() == SIGINT) {
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
  }
  preemption_signal.store(signal_number);
}

}  // namespace

void InstallPreemptionHandlers() {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (int signal_number : {SIGTERM, SIGINT, SIGUSR1}) {
    sigaction(signal_number, &action, nullptr);
  }
  std::signal(SIGHUP, SIG_IGN);
}

void AcceptSaveRequests() { accepts_save_requests.store(true); }

bool TakeSaveRequest() { return save_requested.exchange(false); }

void RequestStop(int signal_number) { preemption_signal.store(signal_number); }

void RequestSave() { save_requested.store(true); }

bool PreemptionRequested() { return preemption_signal.load() != 0; }

absl::Status CheckNotPreempted() {
  const int signal_number = preemption_signal.load();
  if (signal_number == 0) return absl::OkStatus();
  return absl::CancelledError(
      absl::StrCat("stopped by signal ", signal_number,
                   "; what is finished is kept, run the same command again "
                   "to continue"));
}

void SetPreemptionSignalForTest(int signal_number) {
  preemption_signal.store(signal_number);
}

}  // namespace maskfill
