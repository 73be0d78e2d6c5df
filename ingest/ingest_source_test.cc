// What ingest makes of sources that are not all right, and of parts of one.
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/record/record_set.h"
#include "core/work/work.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ingest/ingest.h"
#include "proto/records.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_images.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

IngestOptions OptionsFor(const std::string& dir) {
  IngestOptions options;
  options.run.output = dir + "/out";
  options.run.progress = ProgressMode::kNone;
  options.run.num_threads = 1;
  options.source.path = dir + "/data";
  options.num_shards = 1;
  return options;
}

// Of a set of one shard.
std::vector<v1::ImageRecord> RecordsOf(const std::string& dir) {
  std::vector<v1::ImageRecord> records;
  const absl::StatusOr<RecordSet> set =
      RecordSet::Open(dir, "maskfill.v1.ImageRecord");
  EXPECT_OK(set);
  if (!set.ok()) return records;
  const auto reader = set->OpenShard(0);
  EXPECT_OK(reader);
  v1::ImageRecord record;
  while ((*reader)->Next(&record).ok()) records.push_back(record);
  return records;
}

// A link to nothing, a file that the system fails to read and a name that is no
// UTF-8 are unusable images like damaged ones.
TEST(Ingest, CountsWhatCannotBeReadAsBadRecords) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 3);
  ASSERT_EQ(symlink("/nowhere", (dir + "/data/ant/9.png").c_str()), 0);
  ASSERT_EQ(symlink("/proc/self/mem", (dir + "/data/bee/9.png").c_str()), 0);
  WriteTestFile(dir + "/data/cat/\xE4.png", TestPng(9));
  IngestOptions options = OptionsFor(dir);
  EXPECT_THAT(Ingest(options), StatusIs(absl::StatusCode::kDataLoss));
  options.run.max_bad_records = 3;
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Ingest(options));
  EXPECT_EQ(result.records, 9);
  const auto& bad = result.manifest.shards(0).bad_records();
  ASSERT_EQ(bad.size(), 3);
  EXPECT_EQ(bad[0].source(), "ant/9.png");
  EXPECT_THAT(bad[0].reason(), HasSubstr("link to nothing"));
  EXPECT_EQ(bad[1].source(), "bee/9.png");
  EXPECT_THAT(bad[1].reason(), HasSubstr("cannot read"));
  EXPECT_EQ(bad[2].source(), "cat/\\xe4.png");
}

TEST(Ingest, KeepsTheCodeOfAFailureOfTheSystem) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 3);
  ASSERT_EQ(symlink("/proc/self/mem", (dir + "/data/bee/9.png").c_str()), 0);
  EXPECT_THAT(Ingest(OptionsFor(dir)),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("bee/9.png")));
}

TEST(Ingest, NotesInTheManifestWhatIsLeftOutOrDeviates) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 3);
  WriteTestFile(dir + "/data/__MACOSX/ant/._0.png", "");
  ASSERT_OK(MakeDirectories(dir + "/data/dog"));
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Ingest(OptionsFor(dir)));
  EXPECT_EQ(NoteOf(result.manifest, "left_out"),
            "1 (__MACOSX), left behind by an archiver or a file system");
  EXPECT_THAT(NoteOf(result.manifest, "deviation"),
              HasSubstr("/dog\" holds no images"));
}

TEST(Ingest, SplitsAHoldoutFromTheTrainingSet) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data/train", 4);
  WriteTestFile(dir + "/classes.json", R"(["ant", "bee", "cat"])");
  IngestOptions options = OptionsFor(dir);
  options.source.layout = Layout::kImagenet;
  options.source.classes_file = dir + "/classes.json";
  options.selection.holdout = 3;
  ASSERT_OK_AND_ASSIGN(const WorkResult train, Ingest(options));
  EXPECT_EQ(train.manifest.name(), "imagenet-train");
  EXPECT_EQ(train.records, 9);
  options.run.output = dir + "/val";
  options.source.split = "val";
  ASSERT_OK_AND_ASSIGN(const WorkResult val, Ingest(options));
  EXPECT_EQ(val.manifest.name(), "imagenet-holdout");
  EXPECT_EQ(val.manifest.dataset().split(), "val");
  std::vector<std::string> ids;
  for (const char* set : {"/out", "/val"}) {
    for (const v1::ImageRecord& record : RecordsOf(dir + set)) {
      ids.push_back(record.id());
    }
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids.size(), 12u);
  EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
  options.selection.holdout_seed = 1;
  EXPECT_THAT(Ingest(options), StatusIs(absl::StatusCode::kAlreadyExists,
                                        HasSubstr("holdout_seed")));
}

TEST(Ingest, WritesTheGroupsOfACsvFile) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 2);
  WriteTestFile(dir + "/list.csv",
                "path,label,group\nbee/0.png,bee,on water\nant/1.png,ant,\n");
  IngestOptions options = OptionsFor(dir);
  options.source = {.layout = Layout::kCsv,
                    .path = dir + "/list.csv",
                    .images_dir = dir + "/data"};
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Ingest(options));
  EXPECT_EQ(result.manifest.name(), "csv-train");
  const std::vector<v1::ImageRecord> records = RecordsOf(dir + "/out");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].id(), "ant/1");
  EXPECT_EQ(records[0].group(), "");
  EXPECT_EQ(records[1].id(), "bee/0");
  EXPECT_EQ(records[1].label(), 1);
  EXPECT_EQ(records[1].group(), "on water");
}

TEST(VerifySource, WritesItsReportAsASummary) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 3);
  WriteTestFile(dir + "/data/dog.tar", "");
  WriteTestFile(dir + "/data/bee/1.png", "GIF89a");
  IngestOptions options = OptionsFor(dir);
  options.run.output = "";
  options.run.summary_json = dir + "/summary.json";
  ASSERT_OK_AND_ASSIGN(const VerifyReport report, VerifySource(options));
  EXPECT_EQ(report.bad.size(), 1u);
  ASSERT_OK_AND_ASSIGN(const std::string json,
                       ReadFile(options.run.summary_json));
  EXPECT_THAT(json,
              AllOf(HasSubstr("\"status\": \"DATA_LOSS\""),
                    HasSubstr("\"errors\": 1.0"), HasSubstr("is an archive"),
                    HasSubstr("\"source\": \"bee/1.png\"")));
}

}  // namespace
}  // namespace maskfill
