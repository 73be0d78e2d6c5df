// What a sharded stage says of a run: bad records and the summary.
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/work/shards.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_shards.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const absl::Status kBroken = absl::InternalError("it broke");
absl::Status Broken(int64_t, int64_t) { return kBroken; }

using ShardsReportTest = ShardsTest;

// A stage whose second record of each shard is unusable.
absl::StatusOr<WorkResult> RunWithBadRecords(const RunOptions& options) {
  return MakeShards(options, TestShardSpec(),
                    [](int64_t shard, ShardSink& sink) -> absl::Status {
                      RETURN_IF_ERROR(sink.Append("an image"));
                      return sink.AddBadRecord(
                          absl::StrCat("image", shard, ".jpg"), "not an image");
                    });
}

TEST_F(ShardsReportTest, NothingButBadRecordsIsNoSet) {
  RunOptions options = Options();
  options.max_bad_records = 100;
  const auto run = [&] {
    return MakeShards(options, TestShardSpec(),
                      [](int64_t shard, ShardSink& sink) {
                        return sink.AddBadRecord(
                            absl::StrCat("image", shard, ".jpg"), "no image");
                      });
  };
  // The second finds the shards of the first.
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(run(), StatusIs(absl::StatusCode::kDataLoss,
                                AllOf(HasSubstr("all 5 records are unusable"),
                                      HasSubstr("image0.jpg: no image"))));
  }
}

TEST_F(ShardsReportTest, FailsBeyondMaxBadRecords) {
  RunOptions options = Options();
  options.max_bad_records = 2;
  EXPECT_THAT(RunWithBadRecords(options),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("image2.jpg: not an image"),
                             HasSubstr("--max_bad_records allows 2"))));
}

TEST_F(ShardsReportTest, CountsBadRecordsOfAllTasks) {
  RunOptions options = Options();
  options.max_bad_records = 3;
  options.task_count = 2;
  ASSERT_OK(RunWithBadRecords(options));  // shards 0, 2, 4
  options.task_index = 1;                 // shards 1, 3
  EXPECT_THAT(RunWithBadRecords(options),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("5 records are unusable"),
                             HasSubstr("image0.jpg: not an image"))));
  // Allowed afterwards, it only publishes.
  options.max_bad_records = 5;
  ASSERT_OK_AND_ASSIGN(const WorkResult result, RunWithBadRecords(options));
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.shards_written, 0);
  EXPECT_EQ(result.manifest.shards(3).bad_records(0).source(), "image3.jpg");
}

TEST_F(ShardsReportTest, AFinishedSetStillNeedsItsBadRecordsAllowed) {
  RunOptions options = Options();
  options.max_bad_records = 5;
  ASSERT_OK(RunWithBadRecords(options));
  ASSERT_OK_AND_ASSIGN(const WorkResult again, RunWithBadRecords(options));
  EXPECT_TRUE(again.already_done);
  options.max_bad_records = 4;
  EXPECT_THAT(RunWithBadRecords(options),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("5 records are unusable"),
                             HasSubstr("--max_bad_records allows 4"))));
}

TEST_F(ShardsReportTest, WritesASummary) {
  RunOptions options = Options();
  options.summary_json = dir_ + "/summary.json";
  ASSERT_OK_AND_ASSIGN(const WorkResult result,
                       MakeTestShards(options, TestShardSpec()));
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(options.summary_json));
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["status"], "OK");
  EXPECT_EQ(json["records"], 20);
  EXPECT_EQ(json["complete"], true);
  EXPECT_EQ(json["fingerprint"], result.manifest.fingerprint());
  EXPECT_GT(json["peak_memory_bytes"], 0);
}

TEST_F(ShardsReportTest, WritesASummaryOfAFailure) {
  RunOptions options = Options();
  options.summary_json = dir_ + "/summary.json";
  EXPECT_THAT(MakeTestShards(options, TestShardSpec(), Broken),
              StatusIs(absl::StatusCode::kInternal));
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(options.summary_json));
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["status"], "INTERNAL");
  EXPECT_THAT(json["message"].get<std::string>(), HasSubstr(kBroken.message()));
  EXPECT_EQ(json["complete"], false);
}

TEST_F(ShardsReportTest, SaysWhenTheSummaryCannotBeWritten) {
  RunOptions options = Options();
  options.summary_json = dir_ + "/file/summary.json";
  ASSERT_OK(WriteFileAtomically(dir_ + "/file", ""));
  // Before any work.
  EXPECT_THAT(MakeTestShards(options, TestShardSpec()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--summary_json")));
  EXPECT_FALSE(PathExists(options.output));
}

}  // namespace
}  // namespace maskfill
