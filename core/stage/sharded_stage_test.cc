#include "core/stage/sharded_stage.h"

#include <csignal>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "core/record/manifest.h"
#include "core/record/record_set.h"
#include "core/stage/test_stage.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

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

const absl::Status kNever = absl::InternalError("nothing was left to make");
absl::Status Never(int64_t, int64_t) { return kNever; }

class ShardedStageTest : public testing::Test {
 protected:
  void SetUp() override { dir_ = TestDirectory(); }
  void TearDown() override { SetPreemptionSignalForTest(0); }

  StageOptions Options() { return TestStageOptions(dir_ + "/out"); }
  std::map<std::string, std::string> Contents() {
    return DirectoryContents(dir_ + "/out");
  }
  // What an uninterrupted run of one task writes.
  std::map<std::string, std::string> Expected() {
    EXPECT_OK(RunTestStage(TestStageOptions(dir_ + "/ref"), TestStageSpec()));
    return DirectoryContents(dir_ + "/ref");
  }

  std::string dir_;
};

TEST_F(ShardedStageTest, WritesShardsIndexesAndManifest) {
  ASSERT_OK_AND_ASSIGN(const StageResult result,
                       RunTestStage(Options(), TestStageSpec()));
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

TEST_F(ShardedStageTest, SumsCountersOverShards) {
  ASSERT_OK_AND_ASSIGN(const StageResult result,
                       RunTestStage(Options(), TestStageSpec()));
  ASSERT_EQ(result.manifest.counters_size(), 1);
  double sum = 0;
  for (const v1::ShardEntry& shard : result.manifest.shards()) {
    ASSERT_EQ(shard.counters_size(), 1);
    sum += shard.counters(0).value();
  }
  EXPECT_EQ(result.manifest.counters(0).name(), "labels");
  EXPECT_EQ(result.manifest.counters(0).value(), sum);
}

TEST_F(ShardedStageTest, IsANoOpTheSecondTime) {
  ASSERT_OK(RunTestStage(Options(), TestStageSpec()));
  const auto first = Contents();
  ASSERT_OK_AND_ASSIGN(const StageResult result,
                       RunTestStage(Options(), TestStageSpec(), Never));
  EXPECT_TRUE(result.already_done);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.manifest.shards_size(), kTestShards);
  EXPECT_EQ(Contents(), first);
}

TEST_F(ShardedStageTest, GivesTheSameBytesForAnyNumberOfTasks) {
  const auto expected = Expected();
  for (const int64_t tasks : {2, 4, 7}) {
    StageOptions options = Options();
    options.overwrite = true;
    for (int64_t task = tasks - 1; task >= 0; --task) {
      options.task_index = task;
      options.task_count = tasks;
      ASSERT_OK_AND_ASSIGN(const StageResult result,
                           RunTestStage(options, TestStageSpec()));
      EXPECT_EQ(result.complete, task == 0) << task;
    }
    EXPECT_EQ(Contents(), expected) << tasks;
  }
}

TEST_F(ShardedStageTest, MakesOnlyTheShardsOfItsTask) {
  StageOptions options = Options();
  options.task_index = 1;
  options.task_count = 3;
  std::vector<int64_t> shards;
  ASSERT_OK_AND_ASSIGN(
      const StageResult result,
      RunTestStage(options, TestStageSpec(), [&](int64_t shard, int64_t i) {
        if (i == 0) shards.push_back(shard);
        return absl::OkStatus();
      }));
  EXPECT_THAT(shards, ElementsAre(1, 4));
  EXPECT_FALSE(result.complete);
  EXPECT_THAT(
      RecordSet::Open(dir_ + "/out", ""),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("unfinished")));
}

TEST_F(ShardedStageTest, DoesNotDependOnDirectoriesAndPaths) {
  const auto expected = Expected();
  StageSpec spec = TestStageSpec();
  spec.inputs[0].set_path("somewhere/else");
  ASSERT_OK_AND_ASSIGN(const StageResult result, RunTestStage(Options(), spec));
  auto contents = Contents();
  // The path stands in the manifest, for people; nothing else differs.
  EXPECT_NE(contents["test.manifest.json"], expected.at("test.manifest.json"));
  contents["test.manifest.json"] = expected.at("test.manifest.json");
  EXPECT_EQ(contents, expected);
  ASSERT_OK_AND_ASSIGN(const RecordSet set, RecordSet::Open(dir_ + "/ref", ""));
  EXPECT_EQ(result.manifest.content_fingerprint(),
            set.manifest().content_fingerprint());
}

TEST_F(ShardedStageTest, GoesOnAfterAnErrorAtAnyRecord) {
  const auto expected = Expected();
  for (int64_t stop = 0; stop < kTestShards * kTestRecordsPerShard; stop += 3) {
    ASSERT_OK(RemoveTree(dir_ + "/out"));
    int64_t calls = 0;
    EXPECT_THAT(
        RunTestStage(Options(), TestStageSpec(),
                     [&](int64_t, int64_t) {
                       return calls++ == stop
                                  ? absl::UnavailableError("disk is away")
                                  : absl::OkStatus();
                     }),
        StatusIs(
            absl::StatusCode::kUnavailable,
            AllOf(HasSubstr("-of-00005.tfrecord"), HasSubstr("disk is away"))));
    // Finished shards, their indexes and entries; nothing half-written.
    EXPECT_EQ(Contents().size(), 3 * (stop / kTestRecordsPerShard)) << stop;
    calls = 0;
    ASSERT_OK(RunTestStage(Options(), TestStageSpec(), [&](int64_t, int64_t) {
      ++calls;
      return absl::OkStatus();
    }));
    EXPECT_EQ(calls, 20 - stop / kTestRecordsPerShard * kTestRecordsPerShard);
    EXPECT_EQ(Contents(), expected) << stop;
  }
}

TEST_F(ShardedStageTest, GoesOnAfterPreemption) {
  const auto expected = Expected();
  int64_t calls = 0;
  EXPECT_THAT(RunTestStage(Options(), TestStageSpec(),
                           [&](int64_t, int64_t) {
                             if (++calls == 10) {
                               SetPreemptionSignalForTest(SIGTERM);
                             }
                             return absl::OkStatus();
                           }),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(calls, 10);  // it stopped at the next record
  SetPreemptionSignalForTest(0);
  ASSERT_OK(RunTestStage(Options(), TestStageSpec()));
  EXPECT_EQ(Contents(), expected);
}

TEST_F(ShardedStageTest, PublishesWhenOnlyTheManifestIsMissing) {
  const auto expected = Expected();
  StageOptions options = Options();
  options.task_count = 2;
  ASSERT_OK(RunTestStage(options, TestStageSpec()));
  options.task_index = 1;
  ASSERT_OK(RunTestStage(options, TestStageSpec()));
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
  ASSERT_OK_AND_ASSIGN(const StageResult result,
                       RunTestStage(Options(), TestStageSpec(), Never));
  EXPECT_TRUE(result.already_done);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(Contents(), expected);
}

TEST_F(ShardedStageTest, RefusesTheOutputOfOtherOptions) {
  ASSERT_OK_AND_ASSIGN(const StageResult result,
                       RunTestStage(Options(), TestStageSpec()));
  const auto before = Contents();
  StageSpec spec = TestStageSpec();
  spec.options[0].set_value("0.4");
  EXPECT_THAT(
      RunTestStage(Options(), spec, Never),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr(result.manifest.fingerprint()),
                     HasSubstr("option threshold is \"0.4\" in this run and "
                               "\"0.3\" in the output"),
                     HasSubstr("use --overwrite or another --output"))));
  EXPECT_EQ(Contents(), before);
}

TEST_F(ShardedStageTest, RefusesTheOutputOfOtherInputsOrSeeds) {
  ASSERT_OK(RunTestStage(Options(), TestStageSpec()));
  StageSpec spec = TestStageSpec();
  spec.inputs[0].set_fingerprint("bb");
  EXPECT_THAT(RunTestStage(Options(), spec, Never),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("input images is \"bb\" in this run")));
  StageOptions options = Options();
  options.seed = 8;
  EXPECT_THAT(RunTestStage(options, TestStageSpec(), Never),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("option seed is \"8\" in this run")));
}

TEST_F(ShardedStageTest, RefusesToGoOnWithOtherOptions) {
  StageOptions options = Options();
  options.task_count = 2;
  ASSERT_OK(RunTestStage(options, TestStageSpec()));
  StageSpec spec = TestStageSpec();
  spec.options[0].set_value("0.4");
  EXPECT_THAT(
      RunTestStage(Options(), spec, Never),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr(".entry.json"), HasSubstr("option threshold"))));
}

TEST_F(ShardedStageTest, RefusesAnotherNumberOfShardsOrName) {
  ASSERT_OK(RunTestStage(Options(), TestStageSpec()));
  StageSpec spec = TestStageSpec();
  spec.num_shards = 4;
  EXPECT_THAT(RunTestStage(Options(), spec, Never),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("this run makes 4 shards")));
  spec = TestStageSpec();
  spec.name = "other";
  EXPECT_THAT(RunTestStage(Options(), spec, Never),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(ShardedStageTest, OverwriteRemovesTheOldSetAndNothingElse) {
  const auto expected = Expected();
  StageSpec other = TestStageSpec();
  other.options[0].set_value("0.4");
  other.num_shards = 3;
  other.name = "test-old";
  ASSERT_OK(RunTestStage(Options(), other));
  ASSERT_OK(WriteFileAtomically(dir_ + "/out/notes.txt", "mine"));
  ASSERT_OK(WriteFileAtomically(dir_ + "/out/my-00000-of-00001.tfrecord", ""));
  StageOptions options = Options();
  options.overwrite = true;
  ASSERT_OK(RunTestStage(options, TestStageSpec()));
  auto contents = Contents();
  EXPECT_EQ(contents.erase("notes.txt"), 1u);
  EXPECT_EQ(contents.erase("my-00000-of-00001.tfrecord"), 1u);
  EXPECT_EQ(contents, expected);
}

TEST_F(ShardedStageTest, OverwriteStartsAfresh) {
  ASSERT_OK(RunTestStage(Options(), TestStageSpec()));
  StageOptions options = Options();
  options.overwrite = true;
  ASSERT_OK_AND_ASSIGN(const StageResult result,
                       RunTestStage(options, TestStageSpec()));
  EXPECT_EQ(result.shards_written, kTestShards);
}

TEST_F(ShardedStageTest, MakesAShardAgainWhenItsEntryIsDamaged) {
  const auto expected = Expected();
  StageOptions options = Options();
  options.task_count = 2;
  ASSERT_OK(RunTestStage(options, TestStageSpec()));
  ASSERT_OK(
      WriteFileAtomically(dir_ + "/out/.test-00002-of-00005.entry.json", "{"));
  ASSERT_OK_AND_ASSIGN(const StageResult result,
                       RunTestStage(Options(), TestStageSpec()));
  EXPECT_EQ(result.shards_written, 3);  // 1, 3 and again 2
  EXPECT_EQ(Contents(), expected);
}

TEST_F(ShardedStageTest, SaysWhenAPublishedShardIsDamaged) {
  ASSERT_OK(RunTestStage(Options(), TestStageSpec()));
  ASSERT_OK(
      WriteFileAtomically(dir_ + "/out/test-00002-of-00005.tfrecord", "x"));
  EXPECT_THAT(RunTestStage(Options(), TestStageSpec(), Never),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("test-00002-of-00005.tfrecord"),
                             HasSubstr("--overwrite"))));
}

TEST_F(ShardedStageTest, DryRunWritesNothing) {
  StageOptions options = Options();
  options.dry_run = true;
  options.summary_json = dir_ + "/summary.json";
  testing::internal::CaptureStdout();
  ASSERT_OK_AND_ASSIGN(const StageResult result,
                       RunTestStage(options, TestStageSpec(), Never));
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("fingerprint: " + result.manifest.fingerprint()),
            HasSubstr("option: threshold=0.3"), HasSubstr("left to make: 5")));
  EXPECT_THAT(ListDirectory(dir_), IsOkAndHolds(IsEmpty()));
}

TEST_F(ShardedStageTest, DryRunSeesWhatIsThere) {
  ASSERT_OK(RunTestStage(Options(), TestStageSpec()));
  StageOptions options = Options();
  options.dry_run = true;
  testing::internal::CaptureStdout();
  ASSERT_OK(RunTestStage(options, TestStageSpec(), Never));
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              HasSubstr("left to make: 0"));
  options.seed = 1;
  testing::internal::CaptureStdout();
  EXPECT_THAT(RunTestStage(options, TestStageSpec(), Never),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  testing::internal::GetCapturedStdout();
}

TEST_F(ShardedStageTest, RefusesAFileAsOutput) {
  ASSERT_OK(WriteFileAtomically(dir_ + "/out", "x"));
  EXPECT_THAT(RunTestStage(Options(), TestStageSpec(), Never),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("is a file, expected a directory")));
  StageOptions options = TestStageOptions(dir_ + "/out/below");
  EXPECT_THAT(RunTestStage(options, TestStageSpec(), Never),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("is a file, expected a directory")));
}

TEST_F(ShardedStageTest, RemovesTemporariesOfDeadProcesses) {
  ASSERT_OK(MakeDirectories(dir_ + "/out"));
  std::string name = TemporaryPath(dir_ + "/out/test-00000-of-00005.tfrecord");
  // A process id above the kernel's maximum.
  const std::string pid = absl::StrCat("-", getpid(), "-");
  name.replace(name.rfind(pid), pid.size(), "-99999999-");
  ASSERT_OK(WriteFileAtomically(name, "half"));
  const auto expected = Expected();
  ASSERT_OK(RunTestStage(Options(), TestStageSpec()));
  EXPECT_EQ(Contents(), expected);
}

}  // namespace
}  // namespace maskfill
