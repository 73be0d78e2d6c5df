#include "core/base/ordered_parallel.h"

#include <algorithm>
#include <functional>
#include <thread>

#include "oneapi/tbb/parallel_pipeline.h"
#include "oneapi/tbb/task_arena.h"

namespace maskfill {

int ResolveNumThreads(int num_threads) {
  if (num_threads > 0) return num_threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void RunOrderedPipeline(int num_threads, const std::function<void*()>& produce,
                        const std::function<void(void*)>& work,
                        const std::function<void(void*)>& consume) {
  const int threads = ResolveNumThreads(num_threads);
  if (threads == 1) {
    while (void* slot = produce()) {
      work(slot);
      consume(slot);
    }
    return;
  }
  namespace tbb = oneapi::tbb;
  tbb::task_arena arena(threads);
  arena.execute([&] {
    tbb::parallel_pipeline(
        static_cast<size_t>(2 * threads),
        tbb::make_filter<void, void*>(tbb::filter_mode::serial_in_order,
                                      [&](tbb::flow_control& control) -> void* {
                                        void* slot = produce();
                                        if (slot == nullptr) control.stop();
                                        return slot;
                                      }) &
            tbb::make_filter<void*, void*>(tbb::filter_mode::parallel,
                                           [&](void* slot) {
                                             work(slot);
                                             return slot;
                                           }) &
            tbb::make_filter<void*, void>(tbb::filter_mode::serial_in_order,
                                          [&](void* slot) { consume(slot); }));
  });
}

}  // namespace maskfill
