// Work on items in parallel that come and go in order.
#ifndef MASKFILL_CORE_BASE_ORDERED_PARALLEL_H_
#define MASKFILL_CORE_BASE_ORDERED_PARALLEL_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace maskfill {

// The untyped core of OrderedParallel. `produce` returns a new slot, or
// nullptr at the end; `work` fills it; `consume` takes it, in the order of
// produce. Every slot that was produced reaches `consume`.
void RunOrderedPipeline(int num_threads, const std::function<void*()>& produce,
                        const std::function<void(void*)>& work,
                        const std::function<void(void*)>& consume);

// `num_threads` as in --num_threads: 0 means all cores of this machine.
int ResolveNumThreads(int num_threads);

// Calls produce() one after another until it gives nullopt, work() on its
// items on up to `num_threads` threads, and consume() with the results one
// after another, in the order of produce. At most 2 * num_threads items are
// on their way, so memory is bounded. The outcome never depends on the number
// of threads: the error returned is the first one in the order of items, and
// everything before it has been consumed, nothing after it. produce and
// consume may run on different threads, but never two at once of a kind.
//
//   RETURN_IF_ERROR((OrderedParallel<std::string, Image>(
//       options.num_threads, next_file, decode,
//       [&](Image image) { return sink.Append(ToRecord(image)); })));
template <typename Item, typename Result>
absl::Status OrderedParallel(
    int num_threads,
    const std::function<absl::StatusOr<std::optional<Item>>()>& produce,
    const std::function<absl::StatusOr<Result>(Item)>& work,
    const std::function<absl::Status(Result)>& consume) {
  struct Slot {
    absl::StatusOr<std::optional<Item>> item;
    absl::StatusOr<Result> result;
  };
  bool produced_all = false;  // only touched by produce
  std::atomic<bool> failed = false;
  absl::Status status;  // only touched by consume
  RunOrderedPipeline(
      num_threads,
      [&]() -> void* {
        if (produced_all || failed.load()) return nullptr;
        auto slot = std::make_unique<Slot>(
            Slot{produce(), absl::UnknownError("no result")});
        if (slot->item.ok() && !slot->item->has_value()) return nullptr;
        produced_all = !slot->item.ok();
        return slot.release();
      },
      [&](void* pointer) {
        Slot* slot = static_cast<Slot*>(pointer);
        if (!slot->item.ok()) {
          slot->result = slot->item.status();
        } else if (!failed.load()) {
          slot->result = work(*std::move(*slot->item));
        }
        slot->item = std::optional<Item>();
      },
      [&](void* pointer) {
        std::unique_ptr<Slot> slot(static_cast<Slot*>(pointer));
        if (!status.ok()) return;
        status = slot->result.ok() ? consume(*std::move(slot->result))
                                   : slot->result.status();
        if (!status.ok()) failed.store(true);
      });
  return status;
}

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_ORDERED_PARALLEL_H_
