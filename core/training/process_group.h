// The processes that train one model together, and what they tell each other.
#ifndef MASKFILL_CORE_TRAINING_PROCESS_GROUP_H_
#define MASKFILL_CORE_TRAINING_PROCESS_GROUP_H_

#include <cstdint>
#include <memory>
#include <string>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/training/launch.h"

namespace maskfill {

// The CUDA device of this rank: `first` is that of the machine's first one, the
// others take the next ones, and begin again where there are no more. The CPU
// is everybody's.
at::Device DeviceOfRank(at::Device first, const Launch& launch);

// One process of several ("rank"). All of them call the same functions in the
// same order; each tensor operation follows an Agree() that was OK, and nothing
// in between can fail on one rank alone:
//
//   ASSIGN_OR_RETURN(auto group, ProcessGroup::Join(launch, timeout));
//   RETURN_IF_ERROR(group->Agree(ComputeGradients()));
//   RETURN_IF_ERROR(group->Sum(gradients));
//
// A rank that fails anywhere calls Agree() with its error, and all get it. So
// all end together, and for the same reason. A rank that dies makes the
// operations of the others fail with Unavailable: at once where its connection
// breaks, and who computes is asked to stop as by SIGTERM; else after the
// timeout. The message names the rank where the connection tells. SIGTERM to
// one is SIGTERM to all, within a second; SIGUSR1 to one reaches rank 0 with
// the next Agree().
//
// The transport is c10d's Gloo, over TCP, which LibTorch brings with it; all
// ranks get the same bits. What lies on a GPU goes through the memory of its
// machine: NCCL would be faster, but its class in LibTorch can be had only by
// compiling against nccl.h and linking against libtorch_cuda, and one build of
// this program serves machines with and without them. GLOO_SOCKET_IFNAME names
// the network interface where the host's name does not lead to it.
//
// For one thread.
class ProcessGroup {
 public:
  // A process alone: opens nothing, changes nothing, waits for nobody.
  static ProcessGroup& Alone();
  // Meets the others. Cancelled when told to stop meanwhile; Unavailable when
  // they have not all come within `timeout`, which is also that of every
  // operation, or when the rendezvous cannot be opened or reached.
  static absl::StatusOr<std::unique_ptr<ProcessGroup>> Join(
      const Launch& launch, absl::Duration timeout);
  // For a rank that cannot start: meets the others, who call Join() and then
  // Agree(), and ends them with `why`. Nothing where it is alone.
  static void Refuse(const Launch& launch, absl::Duration timeout,
                     const absl::Status& why);
  ~ProcessGroup();
  ProcessGroup(const ProcessGroup&) = delete;
  ProcessGroup& operator=(const ProcessGroup&) = delete;

  int64_t rank() const { return rank_; }
  int64_t size() const { return size_; }
  // Whether this rank is the one that reads states and writes results.
  bool leads() const { return rank_ == 0; }

  // OK when all ranks come with OK. Else one of the errors for all, that of
  // the lowest rank among those that come with more than Cancelled, or else
  // with that; its message names the rank. After an error it returns what it is
  // given and waits for nobody: the group has ended.
  absl::Status Agree(const absl::Status& mine);

  // Adds up, in place; `tensor`: contiguous floating point or int64, of one
  // shape everywhere.
  absl::Status Sum(const at::Tensor& tensor);
  // Gives all ranks what rank 0 has, in place; as of Sum.
  absl::Status Broadcast(const at::Tensor& tensor);
  // The text that rank 0 comes with.
  absl::StatusOr<std::string> BroadcastText(const std::string& text);

  // Waits until all ranks call it, of a group that has ended too: what one of
  // them still writes is not cut short by a launcher that sees another end.
  void Leave();
  // Whether an operation failed: a rank has died or is not answering.
  bool lost() const { return lost_; }

 private:
  class Connection;

  ProcessGroup();
  ProcessGroup(int64_t rank, int64_t size,
               std::unique_ptr<Connection> connection);
  // Runs an operation on the connection.
  template <typename Operation>
  absl::Status Run(const char* what, const Operation& operation);
  absl::StatusOr<std::string> BroadcastTextFrom(int64_t root,
                                                const std::string& text);

  const int64_t rank_;
  const int64_t size_;
  bool ended_ = false;
  bool lost_ = false;
  std::unique_ptr<Connection> connection_;  // null for a process alone
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_PROCESS_GROUP_H_
