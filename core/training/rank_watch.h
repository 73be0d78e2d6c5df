// Who of several processes is still there, and who was told to stop.
#ifndef MASKFILL_CORE_TRAINING_RANK_WATCH_H_
#define MASKFILL_CORE_TRAINING_RANK_WATCH_H_

#include <cstdint>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "c10/util/intrusive_ptr.h"

namespace c10d {
class Backend;
class Work;
}  // namespace c10d

namespace maskfill {

// Beside the operations of a group: a connection between rank 0 and each other
// rank at which both listen all the time, whatever they compute. It breaks when
// one of them dies, and carries what all have to know: that a rank was told to
// stop (SIGTERM), or which one is lost. Either way this process is asked to
// stop as by SIGTERM, so that a step of minutes ends soon.
//
// A rank that hangs, or whose machine is gone without a word, is not noticed.
// Safe from any thread.
class RankWatch {
 public:
  // `links`: Gloo's, of these ranks, and nobody else's.
  RankWatch(c10::intrusive_ptr<c10d::Backend> links, int64_t rank,
            int64_t size);
  ~RankWatch();
  RankWatch(const RankWatch&) = delete;
  RankWatch& operator=(const RankWatch&) = delete;

  // The first rank that was lost; -1 while none is, after `patience`.
  int64_t LostRank(absl::Duration patience) const;
  // From here on nobody's end is a loss: all are about to go.
  void ExpectEnds();

 private:
  void Listen(int64_t other);
  void TellOfSignals();
  // `from`: who said so, or this rank.
  void Hear(int64_t message, int64_t from);

  const c10::intrusive_ptr<c10d::Backend> links_;
  const int64_t rank_;
  const int64_t size_;
  mutable absl::Mutex mutex_;
  bool ends_are_expected_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t lost_ ABSL_GUARDED_BY(mutex_) = -1;
  // Under way: they own what is sent and received.
  std::vector<c10::intrusive_ptr<c10d::Work>> receives_ ABSL_GUARDED_BY(mutex_);
  std::vector<c10::intrusive_ptr<c10d::Work>> sends_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_RANK_WATCH_H_
