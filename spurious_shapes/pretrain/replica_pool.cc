#include "spurious_shapes/pretrain/replica_pool.h"

namespace maskfill {

ReplicaPool::ReplicaPool(int num_replicas) : statuses_(num_replicas) {
  for (int replica = 1; replica < num_replicas; ++replica) {
    threads_.emplace_back([this, replica] { Loop(replica); });
  }
}

ReplicaPool::~ReplicaPool() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

absl::Status ReplicaPool::Run(const std::function<absl::Status(int)>& work) {
  {
    absl::MutexLock lock(&mutex_);
    work_ = &work;
    pending_ = static_cast<int>(threads_.size());
    ++round_;
  }
  statuses_[0] = work(0);
  {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* pending) { return *pending == 0; }, &pending_));
  }
  for (const absl::Status& status : statuses_) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void ReplicaPool::Loop(int replica) {
  int64_t done = 0;
  while (true) {
    const std::function<absl::Status(int)>* work = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      const auto called = [this, &done]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
        return stop_ || round_ > done;
      };
      mutex_.Await(absl::Condition(&called));
      if (stop_) return;
      done = round_;
      work = work_;
    }
    statuses_[replica] = (*work)(replica);
    absl::MutexLock lock(&mutex_);
    --pending_;
  }
}

}  // namespace maskfill
