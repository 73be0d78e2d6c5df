// What a set of shards does with an output that holds other work.

#include <string>

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/work/shards.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_shards.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST_F(ShardsTest, RefusesTheOutputOfOtherOptions) {
  ASSERT_OK_AND_ASSIGN(const WorkResult result,
                       MakeTestShards(Options(), TestShardSpec()));
  const auto before = Contents();
  ShardSpec spec = TestShardSpec();
  spec.work.options[0].set_value("0.4");
  EXPECT_THAT(
      MakeTestShards(Options(), spec, Never),
      StatusIs(absl::StatusCode::kAlreadyExists,
               AllOf(HasSubstr(result.manifest.fingerprint()),
                     HasSubstr("option threshold is \"0.4\" in this run and "
                               "\"0.3\" in the output"),
                     HasSubstr("give another --output, or --overwrite"))));
  EXPECT_EQ(Contents(), before);
}

TEST_F(ShardsTest, RefusesTheOutputOfOtherInputsOrSeeds) {
  ASSERT_OK(MakeTestShards(Options(), TestShardSpec()));
  ShardSpec spec = TestShardSpec();
  spec.work.inputs[0].set_fingerprint("bb");
  EXPECT_THAT(MakeTestShards(Options(), spec, Never),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       HasSubstr("input images is \"bb\" in this run")));
  spec = TestShardSpec();
  spec.work.seed = 8;
  EXPECT_THAT(MakeTestShards(Options(), spec, Never),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       HasSubstr("option seed is \"8\" in this run")));
}

TEST_F(ShardsTest, RefusesToGoOnWithOtherOptions) {
  RunOptions options = Options();
  options.task_count = 2;
  ASSERT_OK(MakeTestShards(options, TestShardSpec()));
  ShardSpec spec = TestShardSpec();
  spec.work.options[0].set_value("0.4");
  EXPECT_THAT(
      MakeTestShards(Options(), spec, Never),
      StatusIs(absl::StatusCode::kAlreadyExists,
               AllOf(HasSubstr(".json"), HasSubstr("option threshold"))));
}

TEST_F(ShardsTest, RefusesAnotherNumberOfShardsOrName) {
  ASSERT_OK(MakeTestShards(Options(), TestShardSpec()));
  ShardSpec spec = TestShardSpec();
  spec.num_shards = 4;
  EXPECT_THAT(MakeTestShards(Options(), spec, Never),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       HasSubstr("this run makes 4 shards \"test\"")));
  spec = TestShardSpec();
  spec.name = "other";
  EXPECT_THAT(MakeTestShards(Options(), spec, Never),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(ShardsTest, OverwriteRemovesTheOldSetAndNothingElse) {
  const auto expected = Expected();
  ShardSpec other = TestShardSpec();
  other.work.options[0].set_value("0.4");
  other.num_shards = 3;
  other.name = "test-old";
  ASSERT_OK(MakeTestShards(Options(), other));
  ASSERT_OK(WriteFileAtomically(dir_ + "/out/notes.txt", "mine"));
  ASSERT_OK(WriteFileAtomically(dir_ + "/out/my-00000-of-00001.tfrecord", ""));
  RunOptions options = Options();
  options.overwrite = true;
  ASSERT_OK(MakeTestShards(options, TestShardSpec()));
  auto contents = Contents();
  EXPECT_EQ(contents.erase("notes.txt"), 1u);
  EXPECT_EQ(contents.erase("my-00000-of-00001.tfrecord"), 1u);
  EXPECT_EQ(contents, expected);
}

// A job that is requeued is started with the same command line.
TEST_F(ShardsTest, OverwriteKeepsWhatThisWorkHasFinished) {
  ShardSpec other = TestShardSpec();
  other.work.options[0].set_value("0.4");
  ASSERT_OK(MakeTestShards(Options(), other));
  RunOptions options = Options();
  options.overwrite = true;
  options.task_count = 2;
  ASSERT_OK(MakeTestShards(options, TestShardSpec()));
  ASSERT_OK_AND_ASSIGN(const WorkResult again,
                       MakeTestShards(options, TestShardSpec(), Never));
  EXPECT_EQ(again.shards_written, 0);
  options.task_index = 1;
  ASSERT_OK_AND_ASSIGN(const WorkResult rest,
                       MakeTestShards(options, TestShardSpec()));
  EXPECT_EQ(rest.shards_written, 2);
  EXPECT_TRUE(rest.complete);
  ASSERT_OK(MakeTestShards(options, TestShardSpec(), Never));
}

// Options that were wrong from the first record on bind nobody.
TEST_F(ShardsTest, TakesOverWhereAnotherRunMadeNothing) {
  EXPECT_FALSE(MakeTestShards(Options(), TestShardSpec(), Never).ok());
  ShardSpec other = TestShardSpec();
  other.work.options[0].set_value("0.4");
  EXPECT_OK(MakeTestShards(Options(), other));
}

TEST_F(ShardsTest, OverwriteMakesDamagedShardsAgain) {
  const auto expected = Expected();
  ASSERT_OK(MakeTestShards(Options(), TestShardSpec()));
  const std::string path = dir_ + "/out/test-00002-of-00005.tfrecord";
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(path));
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_OK(WriteFileAtomically(path, bytes));
  RunOptions options = Options();
  options.overwrite = true;
  ASSERT_OK_AND_ASSIGN(const WorkResult result,
                       MakeTestShards(options, TestShardSpec()));
  EXPECT_EQ(result.shards_written, 1);
  EXPECT_EQ(Contents(), expected);
}

TEST_F(ShardsTest, OverwriteWaitsForTasksOfOtherWork) {
  RunOptions options = Options();
  options.task_count = 2;
  ShardSpec other = TestShardSpec();
  other.work.options[0].set_value("0.4");
  options.overwrite = true;
  absl::Status meanwhile;
  ASSERT_OK(
      MakeTestShards(options, TestShardSpec(), [&](int64_t shard, int64_t) {
        if (shard == 2) meanwhile = MakeTestShards(options, other).status();
        return absl::OkStatus();
      }));
  EXPECT_THAT(meanwhile, StatusIs(absl::StatusCode::kAborted,
                                  HasSubstr("tasks of other work")));
}

}  // namespace
}  // namespace maskfill
