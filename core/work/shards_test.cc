#include "core/work/shards.h"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/record/manifest.h"
#include "core/record/record_set.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_shards.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::StartsWith;

TEST_F(ShardsTest, WritesShardsIndexesAndManifest) {
  ASSERT_OK_AND_ASSIGN(const WorkResult result,
                       MakeTestShards(Options(), TestShardSpec()));
  EXPECT_TRUE(result.complete);
  EXPECT_FALSE(result.already_done);
  EXPECT_EQ(result.shards_written, 5);
  EXPECT_EQ(result.records, 20);
  ASSERT_OK_AND_ASSIGN(
      const RecordSet set,
      RecordSet::Open(dir_ + "/out", "maskfill.v1.ImageRecord"));
  EXPECT_EQ(set.num_records(), 20);
  EXPECT_EQ(set.manifest().seed(), 7u);
  EXPECT_EQ(set.manifest().dataset().name(), "set");
  EXPECT_EQ(set.manifest().content_fingerprint(),
            result.manifest.content_fingerprint());
  // 5 shards, 5 indexes, the manifest; no entry, no temporary.
  EXPECT_EQ(Contents().size(), 11u);
  EXPECT_THAT(Contents(), Not(Contains(Key(StartsWith(".")))));
}

TEST_F(ShardsTest, SumsCountersOverShards) {
  ASSERT_OK_AND_ASSIGN(const WorkResult result,
                       MakeTestShards(Options(), TestShardSpec()));
  ASSERT_EQ(result.manifest.counters_size(), 1);
  double sum = 0;
  for (const v1::ShardEntry& shard : result.manifest.shards()) {
    ASSERT_EQ(shard.counters_size(), 1);
    sum += shard.counters(0).value();
  }
  EXPECT_EQ(result.manifest.counters(0).name(), "labels");
  EXPECT_EQ(result.manifest.counters(0).value(), sum);
}

TEST_F(ShardsTest, IsANoOpTheSecondTime) {
  ASSERT_OK(MakeTestShards(Options(), TestShardSpec()));
  const auto first = Contents();
  ASSERT_OK_AND_ASSIGN(const WorkResult result,
                       MakeTestShards(Options(), TestShardSpec(), Never));
  EXPECT_TRUE(result.already_done);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.manifest.shards_size(), kTestShards);
  EXPECT_EQ(Contents(), first);
}

TEST_F(ShardsTest, GivesTheSameBytesForAnyNumberOfTasks) {
  const auto expected = Expected();
  for (const int64_t tasks : {2, 4, 7}) {
    ASSERT_OK(RemoveTree(dir_ + "/out"));
    RunOptions options = Options();
    for (int64_t task = tasks - 1; task >= 0; --task) {
      options.task_index = task;
      options.task_count = tasks;
      ASSERT_OK_AND_ASSIGN(const WorkResult result,
                           MakeTestShards(options, TestShardSpec()));
      EXPECT_EQ(result.complete, task == 0) << task;
    }
    EXPECT_EQ(Contents(), expected) << tasks;
  }
}

TEST_F(ShardsTest, MakesOnlyTheShardsOfItsTask) {
  RunOptions options = Options();
  options.task_index = 1;
  options.task_count = 3;
  std::vector<int64_t> shards;
  ASSERT_OK_AND_ASSIGN(
      const WorkResult result,
      MakeTestShards(options, TestShardSpec(), [&](int64_t shard, int64_t i) {
        if (i == 0) shards.push_back(shard);
        return absl::OkStatus();
      }));
  EXPECT_THAT(shards, ElementsAre(1, 4));
  EXPECT_FALSE(result.complete);
  EXPECT_THAT(RecordSet::Open(dir_ + "/out", ""),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("unfinished")));
}

TEST_F(ShardsTest, DoesNotDependOnDirectoriesAndPaths) {
  const auto expected = Expected();
  ShardSpec spec = TestShardSpec();
  spec.work.inputs[0].set_path("somewhere/else");
  ASSERT_OK_AND_ASSIGN(const WorkResult result,
                       MakeTestShards(Options(), spec));
  auto contents = Contents();
  // The path stands in the manifest, for people; nothing else differs.
  EXPECT_NE(contents["test.manifest.json"], expected.at("test.manifest.json"));
  contents["test.manifest.json"] = expected.at("test.manifest.json");
  EXPECT_EQ(contents, expected);
  ASSERT_OK_AND_ASSIGN(const RecordSet set, RecordSet::Open(dir_ + "/ref", ""));
  EXPECT_EQ(result.manifest.content_fingerprint(),
            set.manifest().content_fingerprint());
}

TEST_F(ShardsTest, GoesOnAfterAnErrorAtAnyRecord) {
  const auto expected = Expected();
  for (int64_t stop = 0; stop < kTestShards * kTestRecordsPerShard; stop += 3) {
    ASSERT_OK(RemoveTree(dir_ + "/out"));
    int64_t calls = 0;
    EXPECT_THAT(
        MakeTestShards(Options(), TestShardSpec(),
                       [&](int64_t, int64_t) {
                         return calls++ == stop
                                    ? absl::UnavailableError("disk is away")
                                    : absl::OkStatus();
                       }),
        StatusIs(
            absl::StatusCode::kUnavailable,
            AllOf(HasSubstr("-of-00005.tfrecord"), HasSubstr("disk is away"))));
    // The plan, finished shards, their indexes and entries; nothing
    // half-written.
    EXPECT_EQ(Contents().size(), 1 + 3 * (stop / kTestRecordsPerShard)) << stop;
    calls = 0;
    ASSERT_OK(MakeTestShards(Options(), TestShardSpec(), [&](int64_t, int64_t) {
      ++calls;
      return absl::OkStatus();
    }));
    EXPECT_EQ(calls, 20 - stop / kTestRecordsPerShard * kTestRecordsPerShard);
    EXPECT_EQ(Contents(), expected) << stop;
  }
}

TEST_F(ShardsTest, GoesOnAfterPreemption) {
  const auto expected = Expected();
  int64_t calls = 0;
  EXPECT_THAT(MakeTestShards(Options(), TestShardSpec(),
                             [&](int64_t, int64_t) {
                               if (++calls == 10) {
                                 SetPreemptionSignalForTest(SIGTERM);
                               }
                               return absl::OkStatus();
                             }),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(calls, 10);  // it stopped at the next record
  SetPreemptionSignalForTest(0);
  ASSERT_OK(MakeTestShards(Options(), TestShardSpec()));
  EXPECT_EQ(Contents(), expected);
}

TEST_F(ShardsTest, PublishesWhenOnlyTheManifestIsMissing) {
  const auto expected = Expected();
  RunOptions options = Options();
  options.task_count = 2;
  ASSERT_OK(MakeTestShards(options, TestShardSpec()));
  options.task_index = 1;
  ASSERT_OK(MakeTestShards(options, TestShardSpec()));
  EXPECT_EQ(Contents(), expected);
  // As if killed between the last entry and the manifest.
  ASSERT_OK_AND_ASSIGN(v1::Manifest manifest,
                       ReadManifest(dir_ + "/out/test.manifest.json"));
  for (int i = 0; i < kTestShards; ++i) {
    v1::Manifest entry = manifest;
    entry.clear_dataset();
    entry.clear_counters();
    entry.clear_content_fingerprint();
    entry.clear_shards();
    *entry.add_shards() = manifest.shards(i);
    ASSERT_OK(WriteFileAtomically(
        JoinPath(dir_ + "/out",
                 absl::StrCat(".test-0000", i, "-of-00005.entry.json")),
        ManifestToJson(entry)));
  }
  ASSERT_OK(RemoveFile(dir_ + "/out/test.manifest.json"));
  ASSERT_OK_AND_ASSIGN(const WorkResult result,
                       MakeTestShards(Options(), TestShardSpec(), Never));
  EXPECT_TRUE(result.already_done);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(Contents(), expected);
}

TEST_F(ShardsTest, MakesAShardAgainWhenItsEntryIsDamaged) {
  const auto expected = Expected();
  RunOptions options = Options();
  options.task_count = 2;
  ASSERT_OK(MakeTestShards(options, TestShardSpec()));
  ASSERT_OK(
      WriteFileAtomically(dir_ + "/out/.test-00002-of-00005.entry.json", "{"));
  ASSERT_OK_AND_ASSIGN(const WorkResult result,
                       MakeTestShards(Options(), TestShardSpec()));
  EXPECT_EQ(result.shards_written, 3);  // 1, 3 and again 2
  EXPECT_EQ(Contents(), expected);
}

// With another task's shard behind a circle of links, which cannot be looked
// at: a run that ended well would leave a set that nobody publishes.
TEST_F(ShardsTest, FailsWhenItCannotTellWhetherAShardIsMade) {
  RunOptions options = Options();
  options.task_count = 2;
  options.task_index = 0;
  ASSERT_OK(MakeTestShards(options, TestShardSpec()));
  std::string shard;
  for (const auto& [name, bytes] : Contents()) {
    if (absl::EndsWith(name, ".tfrecord")) shard = dir_ + "/out/" + name;
  }
  ASSERT_OK(RemoveFile(shard));
  ASSERT_EQ(symlink(shard.c_str(), shard.c_str()), 0);
  options.task_index = 1;
  EXPECT_THAT(MakeTestShards(options, TestShardSpec()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr(shard)));
}

TEST_F(ShardsTest, SaysWhenAPublishedShardIsDamaged) {
  ASSERT_OK(MakeTestShards(Options(), TestShardSpec()));
  ASSERT_OK(
      WriteFileAtomically(dir_ + "/out/test-00002-of-00005.tfrecord", "x"));
  EXPECT_THAT(MakeTestShards(Options(), TestShardSpec(), Never),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("test-00002-of-00005.tfrecord"),
                             HasSubstr("--overwrite"))));
}

TEST_F(ShardsTest, DryRunWritesNothing) {
  RunOptions options = Options();
  options.dry_run = true;
  options.summary_json = dir_ + "/summary.json";
  testing::internal::CaptureStdout();
  ASSERT_OK_AND_ASSIGN(const WorkResult result,
                       MakeTestShards(options, TestShardSpec(), Never));
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("fingerprint: " + result.manifest.fingerprint()),
            HasSubstr("option: threshold=0.3"), HasSubstr("left to make: 5")));
  EXPECT_THAT(ListDirectory(dir_), IsOkAndHolds(IsEmpty()));
}

TEST_F(ShardsTest, DryRunSeesWhatIsThere) {
  ASSERT_OK(MakeTestShards(Options(), TestShardSpec()));
  RunOptions options = Options();
  options.dry_run = true;
  testing::internal::CaptureStdout();
  ASSERT_OK(MakeTestShards(options, TestShardSpec(), Never));
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              HasSubstr("left to make: 0"));
  ShardSpec other = TestShardSpec();
  other.work.seed = 1;
  testing::internal::CaptureStdout();
  EXPECT_THAT(MakeTestShards(options, other, Never),
              StatusIs(absl::StatusCode::kAlreadyExists));
  testing::internal::GetCapturedStdout();
}

TEST_F(ShardsTest, RefusesAFileAsOutput) {
  ASSERT_OK(WriteFileAtomically(dir_ + "/out", "x"));
  EXPECT_THAT(MakeTestShards(Options(), TestShardSpec(), Never),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("is a file, expected a directory")));
  RunOptions options = TestRunOptions(dir_ + "/out/below");
  EXPECT_THAT(MakeTestShards(options, TestShardSpec(), Never),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("is a file, expected a directory")));
}

TEST_F(ShardsTest, RefusesAnOutputOnAnInput) {
  ShardSpec spec = TestShardSpec();
  ASSERT_OK(MakeDirectories(dir_ + "/in/below"));
  spec.work.inputs[0].set_path(dir_ + "/in");
  for (const char* output : {"/in", "/in/", "/in/below/new", "/."}) {
    RunOptions options = TestRunOptions(dir_ + output);
    options.overwrite = true;
    EXPECT_THAT(MakeTestShards(options, spec, Never),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("lie in one another")))
        << output;
  }
  EXPECT_THAT(ListDirectory(dir_ + "/in"), IsOkAndHolds(ElementsAre("below")));
}

TEST_F(ShardsTest, TakesPathsAsPeopleTypeThem) {
  const auto expected = Expected();
  ASSERT_OK(MakeTestShards(TestRunOptions(dir_ + "/out/"), TestShardSpec()));
  EXPECT_EQ(Contents(), expected);
  ASSERT_OK(
      MakeTestShards(TestRunOptions(dir_ + "/./out"), TestShardSpec(), Never));
}

TEST_F(ShardsTest, WritesNothingWhereItIsFinished) {
  ASSERT_OK(MakeTestShards(Options(), TestShardSpec()));
  struct stat before, after;
  ASSERT_EQ(stat((dir_ + "/out").c_str(), &before), 0);
  ASSERT_OK(MakeTestShards(Options(), TestShardSpec(), Never));
  ASSERT_EQ(stat((dir_ + "/out").c_str(), &after), 0);
  EXPECT_EQ(before.st_ctim.tv_sec, after.st_ctim.tv_sec);
  EXPECT_EQ(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
}

TEST_F(ShardsTest, MakesTheDirectoryOfTheSummaryAndRefusesTheOutput) {
  RunOptions options = Options();
  options.summary_json = options.output;
  EXPECT_THAT(MakeTestShards(options, TestShardSpec(), Never),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--summary_json")));
  // Neither what lies there nor what the work is about to put there.
  options.summary_json = dir_ + "/pipe";
  ASSERT_EQ(mkfifo(options.summary_json.c_str(), 0666), 0);
  EXPECT_THAT(
      MakeTestShards(options, TestShardSpec(), Never),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no file")));
  options.summary_json = options.output + "/test.manifest.json";
  const auto made = MakeTestShards(options, TestShardSpec());
  EXPECT_THAT(made, StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("something else than a summary")));
  EXPECT_OK(ReadManifest(options.summary_json).status());
  options.summary_json = dir_ + "/new/folder/summary.json";
  ASSERT_OK(MakeTestShards(options, TestShardSpec()));
  EXPECT_TRUE(PathExists(options.summary_json));
}

}  // namespace
}  // namespace maskfill
