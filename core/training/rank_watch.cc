#include "core/training/rank_watch.h"

#include <chrono>
#include <csignal>
#include <utility>

#include "ATen/ops/tensor.h"
#include "core/base/preemption.h"
#include "core/model/torch_status.h"
#include "glog/logging.h"
#include "torch/csrc/distributed/c10d/Backend.hpp"

namespace maskfill {
namespace {

// A message is the rank that is lost, or this.
constexpr int64_t kStop = -1;
constexpr int kTag = 1;
// How often a rank looks whether it was told to stop.
constexpr absl::Duration kPollEvery = absl::Milliseconds(100);
// Longer than any training; Gloo has no endless wait.
constexpr std::chrono::milliseconds kForever = std::chrono::hours(24 * 3650);

}  // namespace

RankWatch::RankWatch(c10::intrusive_ptr<c10d::Backend> links, int64_t rank,
                     int64_t size)
    : links_(std::move(links)),
      rank_(rank),
      size_(size),
      receives_(static_cast<size_t>(size)) {
  threads_.emplace_back([this] { TellOfSignals(); });
  if (rank_ != 0) threads_.emplace_back([this] { Listen(0); });
  for (int64_t other = 1; rank_ == 0 && other < size_; ++other) {
    threads_.emplace_back([this, other] { Listen(other); });
  }
}

RankWatch::~RankWatch() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
    for (const auto& receive : receives_) {
      if (receive != nullptr) receive->abort();
    }
  }
  for (std::thread& thread : threads_) thread.join();
}

int64_t RankWatch::LostRank(absl::Duration patience) const {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(
      absl::Condition(
          +[](const int64_t* lost) { return *lost >= 0; }, &lost_),
      patience);
  return lost_;
}

void RankWatch::ExpectEnds() {
  absl::MutexLock lock(&mutex_);
  ends_are_expected_ = true;
}

void RankWatch::Listen(int64_t other) {
  while (true) {
    bool heard = false;
    at::Tensor message = at::tensor({int64_t{0}}, at::kLong);
    const absl::Status status = CatchTorch([&] {
      c10::intrusive_ptr<c10d::Work> receive;
      {
        absl::MutexLock lock(&mutex_);
        if (closing_) return;
        std::vector<at::Tensor> tensors = {message};
        receive = links_->recv(tensors, static_cast<int>(other), kTag);
        receives_[static_cast<size_t>(other)] = receive;
      }
      heard = receive->wait(kForever);
    });
    if (!status.ok()) return Hear(other, rank_);
    if (!heard) return;
    Hear(message.item<int64_t>(), other);
  }
}

void RankWatch::TellOfSignals() {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(&closing_), kPollEvery);
      if (closing_ || stopping_ || lost_ >= 0) return;
    }
    if (PreemptionRequested()) Hear(kStop, rank_);
  }
}

void RankWatch::Hear(int64_t message, int64_t from) {
  absl::MutexLock lock(&mutex_);
  if (closing_ || lost_ >= 0) return;
  if (message == kStop) {
    if (std::exchange(stopping_, true)) return;
    if (from != rank_) LOG(INFO) << "another rank was told to stop";
  } else {
    if (ends_are_expected_) return;
    lost_ = message;
    LOG(WARNING) << "rank " << message << " is lost";
  }
  if (from != rank_ || message != kStop) RequestStop(SIGTERM);
  for (int64_t to = 0; to < size_; ++to) {
    // Rank 0 tells the others, they tell rank 0.
    if (to == rank_ || to == from || to == message) continue;
    if (rank_ != 0 && to != 0) continue;
    const absl::Status sent = CatchTorch([&] {
      std::vector<at::Tensor> tensors = {at::tensor({message}, at::kLong)};
      sends_.push_back(links_->send(tensors, static_cast<int>(to), kTag));
    });
    // Who cannot be told is lost as well, and is listened for.
    if (!sent.ok()) VLOG(1) << sent.message();
  }
}

}  // namespace maskfill
