// A few threads that do the same thing at the same time.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_REPLICA_POOL_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_REPLICA_POOL_H_

#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace maskfill {

// Replica 0 is the calling thread, each other one a thread of its own for as
// long as the pool lives. For one caller at a time.
class ReplicaPool {
 public:
  explicit ReplicaPool(int num_replicas);  // >= 1
  ~ReplicaPool();
  ReplicaPool(const ReplicaPool&) = delete;
  ReplicaPool& operator=(const ReplicaPool&) = delete;

  // work(r) for every replica r at once; returns when all are done, with the
  // error of the first replica that has one.
  absl::Status Run(const std::function<absl::Status(int)>& work);

 private:
  void Loop(int replica);

  absl::Mutex mutex_;
  const std::function<absl::Status(int)>* work_ ABSL_GUARDED_BY(mutex_) =
      nullptr;
  int64_t round_ ABSL_GUARDED_BY(mutex_) = 0;
  int pending_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<absl::Status> statuses_;  // by replica, each written by its own
  std::vector<std::thread> threads_;
};

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_REPLICA_POOL_H_
