#include "core/training/rendezvous.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"
#include "glog/logging.h"
#include "torch/csrc/distributed/c10d/FileStore.hpp"
#include "torch/csrc/distributed/c10d/PrefixStore.hpp"
#include "torch/csrc/distributed/c10d/TCPStore.hpp"

namespace maskfill {
namespace {

// How often a rank looks whether the others have come.
constexpr absl::Duration kPollEvery = absl::Milliseconds(50);

std::string JoinedKey(int64_t rank) { return absl::StrCat("joined/", rank); }

StorePtr MakeStore(const Launch& launch, absl::Duration timeout) {
  std::string path = launch.rendezvous;
  StorePtr store;
  if (absl::StartsWith(path, "file:")) {
    store = c10::make_intrusive<c10d::FileStore>(path.substr(5),
                                                 static_cast<int>(launch.size));
    store->setTimeout(absl::ToChronoMilliseconds(timeout));
  } else {
    const size_t colon = path.rfind(':');
    int port = 0;
    CHECK(absl::SimpleAtoi(path.substr(colon + 1), &port)) << path;
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(port);
    options.isServer = launch.rank == 0 && !launch.launcher_listens;
    options.waitWorkers = false;
    options.timeout = absl::ToChronoMilliseconds(timeout);
    store = c10::make_intrusive<c10d::TCPStore>(path.substr(0, colon), options);
  }
  return c10::make_intrusive<c10d::PrefixStore>(
      absl::StrCat("maskfill/", launch.attempt), store);
}

// Whether somebody listens there, within a second. c10d would say at every
// attempt, at length, that nobody does yet.
bool Answers(const std::string& host, const std::string& port) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
    return false;
  }
  bool answers = false;
  for (const addrinfo* at = found; at != nullptr && !answers;
       at = at->ai_next) {
    const int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) continue;
    int error = connect(fd, at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
      pollfd waits = {.fd = fd, .events = POLLOUT, .revents = 0};
      socklen_t size = sizeof(error);
      if (poll(&waits, 1, /*ms=*/1000) == 1) {
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
      }
    }
    answers = error == 0;
    close(fd);
  }
  freeaddrinfo(found);
  return answers;
}

// Returns when the one who serves the store is there.
absl::Status AwaitStore(const Launch& launch, absl::Duration timeout) {
  const size_t colon = launch.rendezvous.rfind(':');
  const absl::Time deadline = absl::Now() + timeout;
  while (!Answers(launch.rendezvous.substr(0, colon),
                  launch.rendezvous.substr(colon + 1))) {
    RETURN_IF_ERROR(CheckNotPreempted());
    if (absl::Now() >= deadline) {
      return absl::UnavailableError(absl::StrCat(
          "rank ", launch.rank, " of ", launch.size, " found nobody at ",
          launch.rendezvous, " within ", absl::FormatDuration(timeout),
          "; is rank 0 running, and is this its machine and port?"));
    }
    absl::SleepFor(kPollEvery);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StorePtr> OpenStore(const Launch& launch,
                                   absl::Duration timeout) {
  const bool serves = launch.rank == 0 && !launch.launcher_listens;
  if (!serves && !absl::StartsWith(launch.rendezvous, "file:")) {
    RETURN_IF_ERROR(AwaitStore(launch, timeout));
  }
  absl::StatusOr<StorePtr> store =
      CatchTorch([&] { return MakeStore(launch, timeout); });
  if (store.ok()) return store;
  return absl::UnavailableError(absl::StrCat(
      "rank ", launch.rank, " cannot ", serves ? "listen at " : "use ",
      launch.rendezvous, ": ", store.status().message(),
      serves ? "; is another job using the port? Set MASTER_PORT or give "
               "another --rendezvous"
             : ""));
}

absl::Status MeetAll(const Launch& launch, absl::Duration timeout,
                     c10d::Store& store) {
  const absl::Time deadline = absl::Now() + timeout;
  std::vector<int64_t> missing;
  for (int64_t rank = 0; rank < launch.size; ++rank) missing.push_back(rank);
  RETURN_IF_ERROR(CatchTorch([&] { store.set(JoinedKey(launch.rank), "1"); }));
  while (true) {
    const absl::Status asked = CatchTorch([&] {
      std::erase_if(missing, [&store](int64_t rank) {
        return store.check({JoinedKey(rank)});
      });
    });
    if (!asked.ok()) {
      return absl::UnavailableError(
          absl::StrCat("who listened at ", launch.rendezvous, " is gone (",
                       launch.launcher_listens ? "the launcher" : "rank 0",
                       "), rank ", absl::StrJoin(missing, ", "), " of ",
                       launch.size, " had not come: ", asked.message()));
    }
    if (missing.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(CheckNotPreempted());
    if (absl::Now() >= deadline) {
      return absl::UnavailableError(absl::StrCat(
          "waited ", absl::FormatDuration(timeout), " at ", launch.rendezvous,
          " for rank ", absl::StrJoin(missing, ", "), " of ", launch.size,
          "; were all started, with the same --rendezvous and number of "
          "ranks?"));
    }
    absl::SleepFor(kPollEvery);
  }
}

}  // namespace maskfill
