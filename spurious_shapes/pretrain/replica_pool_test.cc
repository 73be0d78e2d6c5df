#include "spurious_shapes/pretrain/replica_pool.h"

#include <set>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

TEST(ReplicaPool, RunsEveryReplicaOnItsOwnThreadEveryTime) {
  ReplicaPool pool(3);
  std::vector<std::thread::id> ids(3);
  std::vector<int> runs(3);
  for (int round = 0; round < 100; ++round) {
    EXPECT_OK(pool.Run([&](int r) {
      ids[r] = std::this_thread::get_id();
      ++runs[r];
      return absl::OkStatus();
    }));
    EXPECT_EQ(runs, std::vector<int>(3, round + 1));
  }
  EXPECT_EQ(ids[0], std::this_thread::get_id());
  EXPECT_EQ(std::set<std::thread::id>(ids.begin(), ids.end()).size(), 3u);
}

TEST(ReplicaPool, ReturnsTheFirstReplicasError) {
  ReplicaPool pool(3);
  const absl::Status status = pool.Run([](int r) {
    return r == 0 ? absl::OkStatus()
                  : absl::InternalError(r == 1 ? "one" : "two");
  });
  EXPECT_EQ(status.message(), "one");
  EXPECT_OK(pool.Run([](int) { return absl::OkStatus(); }));
}

}  // namespace
}  // namespace maskfill
