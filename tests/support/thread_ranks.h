// Several ranks of a training in one test.
#ifndef MASKFILL_TESTS_SUPPORT_THREAD_RANKS_H_
#define MASKFILL_TESTS_SUPPORT_THREAD_RANKS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "core/training/process_group.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {

// Runs `body` in `size` threads, each a rank of one group. Processes would do
// the same; tests/e2e runs some. A rank whose body returns is gone.
inline void JoinRanks(int64_t size, const std::string& rendezvous,
                      absl::Duration timeout,
                      const std::function<void(ProcessGroup& group)>& body) {
  std::vector<std::thread> ranks;
  for (int64_t rank = 0; rank < size; ++rank) {
    ranks.emplace_back([&, rank] {
      ASSERT_OK_AND_ASSIGN(const auto group,
                           ProcessGroup::Join({.rank = rank,
                                               .size = size,
                                               .local_rank = rank,
                                               .local_size = size,
                                               .rendezvous = rendezvous},
                                              timeout));
      EXPECT_EQ(group->rank(), rank);
      EXPECT_EQ(group->size(), size);
      body(*group);
    });
  }
  for (std::thread& rank : ranks) rank.join();
}

// The same of ranks that leave together.
inline void RunRanks(int64_t size, const std::string& rendezvous,
                     const std::function<void(ProcessGroup& group)>& body) {
  JoinRanks(size, rendezvous, absl::Seconds(60), [&](ProcessGroup& group) {
    body(group);
    group.Leave();
  });
}

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_THREAD_RANKS_H_
