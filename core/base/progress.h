// What a long run tells the person or scheduler that waits for it.
#ifndef MASKFILL_CORE_BASE_PROGRESS_H_
#define MASKFILL_CORE_BASE_PROGRESS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace maskfill {

enum class ProgressMode {
  kAuto,  // kBar on a terminal without NO_COLOR or CI, else kLog
  kBar,   // one line, redrawn
  kLog,   // one line every 30 s and one at the end
  kJson,  // the same lines as JSON objects
  kNone,
};
absl::StatusOr<ProgressMode> ParseProgressMode(absl::string_view text);

// Counts what is done and prints it to stderr with rate and time left.
//
//   Progress progress(options.progress, "cam_tool", "images", total);
//   progress.Add(batch_size);
//   progress.SetDetail("loss 0.31 accuracy 0.87");
//   progress.Finish();
//
// Thread-safe.
class Progress {
 public:
  // `total` 0: unknown. `already_done` (of a resumed run) counts towards the
  // total, not the rate.
  Progress(ProgressMode mode, std::string name, std::string unit, int64_t total,
           int64_t already_done = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Add(int64_t n = 1);
  // Free text after the numbers.
  void SetDetail(std::string detail);
  // Prints the last line; also done by the destructor.
  void Finish();

 private:
  void MaybePrint(bool last) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string Line(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  ProgressMode mode_;
  const std::string name_;
  const std::string unit_;
  const int64_t total_;
  const int64_t already_done_;
  const absl::Time start_;
  absl::Mutex mutex_;
  int64_t done_ ABSL_GUARDED_BY(mutex_);
  std::string detail_ ABSL_GUARDED_BY(mutex_);
  absl::Time next_print_ ABSL_GUARDED_BY(mutex_);
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_PROGRESS_H_
