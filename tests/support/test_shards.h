// A small stage for tests of the frame: shard i holds a few records whose
// content depends on the seed, the shard and the record alone.
#ifndef MASKFILL_TESTS_SUPPORT_TEST_SHARDS_H_
#define MASKFILL_TESTS_SUPPORT_TEST_SHARDS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/preemption.h"
#include "core/work/shards.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {

inline constexpr int64_t kTestShards = 5;
inline constexpr int64_t kTestRecordsPerShard = 4;

RunOptions TestRunOptions(const std::string& output);
ShardSpec TestShardSpec();

// Called before each record; an error ends the shard. Also for counting.
using BeforeRecord = std::function<absl::Status(int64_t shard, int64_t record)>;

absl::StatusOr<WorkResult> MakeTestShards(const RunOptions& options,
                                          const ShardSpec& spec,
                                          const BeforeRecord& before = nullptr);

// File name -> bytes of everything in a directory.
std::map<std::string, std::string> DirectoryContents(const std::string& dir);

// A make_shard where nothing should be left to make.
inline absl::Status Never(int64_t /*shard*/, int64_t /*record*/) {
  return absl::InternalError("nothing was left to make");
}

// Makes shards in `dir_`/out.
class ShardsTest : public testing::Test {
 protected:
  void SetUp() override { dir_ = TestDirectory(); }
  void TearDown() override { SetPreemptionSignalForTest(0); }

  RunOptions Options() { return TestRunOptions(dir_ + "/out"); }
  std::map<std::string, std::string> Contents() {
    return DirectoryContents(dir_ + "/out");
  }
  // What an uninterrupted run of one task writes.
  std::map<std::string, std::string> Expected() {
    EXPECT_OK(MakeTestShards(TestRunOptions(dir_ + "/ref"), TestShardSpec()));
    return DirectoryContents(dir_ + "/ref");
  }

  std::string dir_;
};

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TEST_SHARDS_H_
