// What a sharded stage says of a run: bad records and the summary.
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "core/stage/sharded_stage.h"
#include "core/stage/test_stage.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const absl::Status kBroken = absl::InternalError("it broke");
absl::Status Broken(int64_t, int64_t) { return kBroken; }

class ShardedStageReportTest : public testing::Test {
 protected:
  void SetUp() override { dir_ = TestDirectory(); }

  StageOptions Options() { return TestStageOptions(dir_ + "/out"); }

  std::string dir_;
};

// A stage whose second record of each shard is unusable.
absl::StatusOr<StageResult> RunWithBadRecords(const StageOptions& options) {
  return RunShardedStage(
      options, TestStageSpec(), [](int64_t shard, ShardSink& sink) {
        return sink.AddBadRecord(absl::StrCat("image", shard, ".jpg"),
                                 "not an image");
      });
}

TEST_F(ShardedStageReportTest, FailsBeyondMaxBadRecords) {
  StageOptions options = Options();
  options.max_bad_records = 2;
  EXPECT_THAT(RunWithBadRecords(options),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("image2.jpg: not an image"),
                             HasSubstr("--max_bad_records allows 2"))));
}

TEST_F(ShardedStageReportTest, CountsBadRecordsOfAllTasks) {
  StageOptions options = Options();
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
  ASSERT_OK_AND_ASSIGN(const StageResult result, RunWithBadRecords(options));
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.shards_written, 0);
  EXPECT_EQ(result.manifest.shards(3).bad_records(0).source(), "image3.jpg");
}

TEST_F(ShardedStageReportTest, AFinishedSetStillNeedsItsBadRecordsAllowed) {
  StageOptions options = Options();
  options.max_bad_records = 5;
  ASSERT_OK(RunWithBadRecords(options));
  ASSERT_OK_AND_ASSIGN(const StageResult again, RunWithBadRecords(options));
  EXPECT_TRUE(again.already_done);
  options.max_bad_records = 4;
  EXPECT_THAT(RunWithBadRecords(options),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("5 records are unusable"),
                             HasSubstr("--max_bad_records allows 4"))));
}

TEST_F(ShardedStageReportTest, WritesASummary) {
  StageOptions options = Options();
  options.summary_json = dir_ + "/summary.json";
  ASSERT_OK_AND_ASSIGN(const StageResult result,
                       RunTestStage(options, TestStageSpec()));
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(options.summary_json));
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["status"], "OK");
  EXPECT_EQ(json["records"], 20);
  EXPECT_EQ(json["complete"], true);
  EXPECT_EQ(json["fingerprint"], result.manifest.fingerprint());
  EXPECT_GT(json["peak_memory_bytes"], 0);
}

TEST_F(ShardedStageReportTest, WritesASummaryOfAFailure) {
  StageOptions options = Options();
  options.summary_json = dir_ + "/summary.json";
  EXPECT_THAT(RunTestStage(options, TestStageSpec(), Broken),
              StatusIs(absl::StatusCode::kInternal));
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(options.summary_json));
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["status"], "INTERNAL");
  EXPECT_THAT(json["message"].get<std::string>(), HasSubstr(kBroken.message()));
  EXPECT_EQ(json["complete"], false);
}

TEST_F(ShardedStageReportTest, SaysWhenTheSummaryCannotBeWritten) {
  StageOptions options = Options();
  options.summary_json = dir_ + "/no/summary.json";
  EXPECT_THAT(
      RunTestStage(options, TestStageSpec()),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("--summary_json")));
}

}  // namespace
}  // namespace maskfill
