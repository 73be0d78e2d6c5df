#include "core/training/process_group.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ATen/detail/CUDAHooksInterface.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/tensor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/exit_code.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"
#include "core/training/rank_watch.h"
#include "core/training/rendezvous.h"
#include "glog/logging.h"
#include "torch/csrc/distributed/c10d/PrefixStore.hpp"
#include "torch/csrc/distributed/c10d/ProcessGroupGloo.hpp"

namespace maskfill {
namespace {

using Milliseconds = std::chrono::milliseconds;

// For word of who is lost, when an operation has failed.
constexpr absl::Duration kPatience = absl::Seconds(2);
// For the others' addresses, which they give once all have come.
constexpr absl::Duration kLeastToConnect = absl::Seconds(2);

Milliseconds ToMilliseconds(absl::Duration duration) {
  return absl::ToChronoMilliseconds(duration);
}

std::shared_ptr<::gloo::transport::Device> NetworkDevice(const Launch& launch) {
  using Gloo = c10d::ProcessGroupGloo;
  const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface != nullptr && *interface != '\0') {
    return Gloo::createDeviceForInterface(interface);
  }
  if (launch.local_size == launch.size) {
    return Gloo::createDeviceForHostname("127.0.0.1");
  }
  return Gloo::createDefaultDevice();
}

// A status as text, for ranks that did not see it arise.
std::string Pack(const absl::Status& status) {
  return absl::StrCat(static_cast<int>(status.code()), " ",
                      IsDiverged(status) ? 1 : 0, " ", status.message());
}

absl::Status Unpack(const std::string& text, int64_t rank) {
  int code = 0;
  const size_t end = text.find(' ');
  if (end == std::string::npos || text.size() < end + 3 ||
      !absl::SimpleAtoi(text.substr(0, end), &code)) {
    return absl::InternalError(
        absl::StrCat("rank ", rank, " sent the status \"", text, "\""));
  }
  const std::string message =
      absl::StrCat("rank ", rank, ": ", text.substr(end + 3));
  if (text[end + 1] == '1') return DivergedError(message);
  return absl::Status(static_cast<absl::StatusCode>(code), message);
}

}  // namespace

at::Device DeviceOfRank(at::Device first, const Launch& launch) {
  if (!first.is_cuda() || launch.size == 1) return first;
  const int64_t count = at::detail::getCUDAHooks().deviceCount();
  return at::Device(first.type(),
                    static_cast<at::DeviceIndex>(
                        (first.index() + launch.local_rank) % count));
}

// The transport of the operations, and beside it that of the watch.
class ProcessGroup::Connection {
 public:
  Connection(const Launch& launch, const StorePtr& store,
             absl::Duration timeout) {
    const auto device = NetworkDevice(launch);
    // Gloo waits five times as long for a connection, even to a rank that has
    // died since it came.
    const absl::Duration patience =
        std::max(timeout / 5, std::min(timeout, kLeastToConnect));
    const auto connect = [&](const char* prefix) {
      auto options =
          c10d::ProcessGroupGloo::Options::create(ToMilliseconds(patience));
      options->devices.push_back(device);
      auto gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(
          c10::make_intrusive<c10d::PrefixStore>(prefix, store),
          static_cast<int>(launch.rank), static_cast<int>(launch.size),
          options);
      gloo->setTimeout(ToMilliseconds(timeout));
      return gloo;
    };
    gloo_ = connect("operations");
    watch_.emplace(connect("watch"), launch.rank, launch.size);
  }

  void AllReduce(at::Tensor tensor, c10d::ReduceOp::RedOpType operation) {
    std::vector<at::Tensor> tensors = {std::move(tensor)};
    c10d::AllreduceOptions options;
    options.reduceOp = operation;
    gloo_->allreduce(tensors, options)->wait();
  }
  void Broadcast(at::Tensor tensor, int64_t root) {
    std::vector<at::Tensor> tensors = {std::move(tensor)};
    c10d::BroadcastOptions options;
    options.rootRank = root;
    gloo_->broadcast(tensors, options)->wait();
  }
  // Lets go of those who wait for this rank.
  void Break() { gloo_.reset(); }
  RankWatch& watch() { return *watch_; }

 private:
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo_;
  std::optional<RankWatch> watch_;
};

ProcessGroup::ProcessGroup() : rank_(0), size_(1) {}

ProcessGroup::ProcessGroup(int64_t rank, int64_t size,
                           std::unique_ptr<Connection> connection)
    : rank_(rank), size_(size), connection_(std::move(connection)) {}

ProcessGroup::~ProcessGroup() = default;

ProcessGroup& ProcessGroup::Alone() {
  static ProcessGroup* const alone = new ProcessGroup();
  return *alone;
}

absl::StatusOr<std::unique_ptr<ProcessGroup>> ProcessGroup::Join(
    const Launch& launch, absl::Duration timeout) {
  CHECK_GT(launch.size, 1);
  ASSIGN_OR_RETURN(const StorePtr store, OpenStore(launch, timeout));
  RETURN_IF_ERROR(MeetAll(launch, timeout, *store));
  absl::StatusOr<std::unique_ptr<ProcessGroup>> group = CatchTorch([&] {
    return std::unique_ptr<ProcessGroup>(
        new ProcessGroup(launch.rank, launch.size,
                         std::make_unique<Connection>(launch, store, timeout)));
  });
  if (group.ok()) return group;
  return absl::UnavailableError(
      absl::StrCat("rank ", launch.rank, " of ", launch.size,
                   " cannot connect to the others: ", group.status().message(),
                   "; GLOO_SOCKET_IFNAME names the network interface to use"));
}

void ProcessGroup::Refuse(const Launch& launch, absl::Duration timeout,
                          const absl::Status& why) {
  if (launch.size == 1) return;
  // Now: the others may be long in coming.
  LOG(ERROR) << "rank " << launch.rank << " of " << launch.size
             << " cannot start, and tells the others: " << why.message();
  const absl::StatusOr<std::unique_ptr<ProcessGroup>> group =
      Join(launch, timeout);
  if (!group.ok()) {
    LOG(WARNING) << group.status().message();
    return;
  }
  (*group)->Agree(why).IgnoreError();  // as it is, or as another's
  (*group)->Leave();
}

template <typename Operation>
absl::Status ProcessGroup::Run(const char* what, const Operation& operation) {
  if (connection_ == nullptr) return absl::OkStatus();
  if (lost_) return absl::UnavailableError("the other ranks are lost");
  int64_t who = connection_->watch().LostRank(absl::ZeroDuration());
  std::string why;
  if (who < 0) {
    const absl::Status status = CatchTorch(operation);
    if (status.ok()) return status;
    // Gloo's advice follows the first sentence.
    const std::string found(status.message());
    why = absl::StrCat(": ", found.substr(0, found.find(". ")));
  }
  lost_ = ended_ = true;
  connection_->Break();
  // Who hangs is not known.
  if (who < 0 && !absl::StrContains(why, "Timed out")) {
    who = connection_->watch().LostRank(kPatience);
  }
  return absl::UnavailableError(absl::StrCat(
      "rank ", rank_, " of ", size_, " lost ",
      who < 0 ? std::string("another rank") : absl::StrCat("rank ", who),
      " while it ", what, why,
      "; see why that one ended, then run the same command again to continue"));
}

absl::Status ProcessGroup::Agree(const absl::Status& mine) {
  if (ended_ || connection_ == nullptr) return mine;
  // Greater is more urgent; of equals the lowest rank's.
  const int64_t urgency = mine.ok() ? 0 : absl::IsCancelled(mine) ? 1 : 2;
  const bool save = TakeSaveRequest();
  at::Tensor votes =
      at::tensor({mine.ok() ? 0 : urgency * size_ + (size_ - 1 - rank_),
                  static_cast<int64_t>(save)},
                 at::kLong);
  RETURN_IF_ERROR(Run("agreed with the others", [&] {
    connection_->AllReduce(votes, c10d::ReduceOp::MAX);
  }));
  const int64_t* found = votes.const_data_ptr<int64_t>();
  // The others are done with it: rank 0 saves.
  if (found[1] != 0 && leads()) RequestSave();
  if (found[0] == 0) return absl::OkStatus();
  const int64_t speaker = size_ - 1 - found[0] % size_;
  ASSIGN_OR_RETURN(const std::string text,
                   BroadcastTextFrom(speaker, Pack(mine)));
  ended_ = true;
  return speaker == rank_ ? mine : Unpack(text, speaker);
}

absl::Status ProcessGroup::Sum(const at::Tensor& tensor) {
  return Run("added up with the others", [&] {
    at::Tensor here = tensor.to(at::kCPU);
    connection_->AllReduce(here, c10d::ReduceOp::SUM);
    if (!here.is_same(tensor)) tensor.copy_(here);
  });
}

absl::Status ProcessGroup::Broadcast(const at::Tensor& tensor) {
  return Run("took over what rank 0 has", [&] {
    at::Tensor here = tensor.to(at::kCPU);
    connection_->Broadcast(here, 0);
    if (!here.is_same(tensor)) tensor.copy_(here);
  });
}

absl::StatusOr<std::string> ProcessGroup::BroadcastText(
    const std::string& text) {
  return BroadcastTextFrom(0, text);
}

absl::StatusOr<std::string> ProcessGroup::BroadcastTextFrom(
    int64_t root, const std::string& text) {
  if (connection_ == nullptr) return text;
  at::Tensor size = at::tensor({static_cast<int64_t>(text.size())}, at::kLong);
  std::string result = text;
  RETURN_IF_ERROR(Run("heard from another", [&] {
    connection_->Broadcast(size, root);
    result.resize(static_cast<size_t>(size.item<int64_t>()));
    if (result.empty()) return;
    at::Tensor bytes =
        at::empty({static_cast<int64_t>(result.size())}, at::kByte);
    if (rank_ == root) {
      std::memcpy(bytes.data_ptr<uint8_t>(), text.data(), text.size());
    }
    connection_->Broadcast(bytes, root);
    std::memcpy(result.data(), bytes.const_data_ptr<uint8_t>(), result.size());
  }));
  return result;
}

void ProcessGroup::Leave() {
  if (connection_ == nullptr || lost_) return;
  connection_->watch().ExpectEnds();
  at::Tensor nothing = at::tensor({int64_t{0}}, at::kLong);
  const absl::Status status = Run("left the others", [&] {
    connection_->AllReduce(nothing, c10d::ReduceOp::SUM);
  });
  if (!status.ok()) LOG(WARNING) << status.message();
}

}  // namespace maskfill
