#include "ingest/ingest.h"

#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/record/record_set.h"
#include "core/work/work.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_images.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

IngestOptions OptionsFor(const std::string& dir) {
  IngestOptions options;
  options.run.output = dir + "/out";
  options.run.progress = ProgressMode::kNone;
  options.run.num_threads = 1;
  options.source.path = dir + "/data";
  options.num_shards = 4;
  return options;
}

// Name -> bytes of everything in a directory.
std::map<std::string, std::string> Contents(const std::string& dir) {
  std::map<std::string, std::string> contents;
  const absl::StatusOr<std::vector<std::string>> names = ListDirectory(dir);
  EXPECT_OK(names);
  for (const std::string& name : *names) {
    contents[name] = *ReadFile(JoinPath(dir, name));
  }
  return contents;
}

// The ids of shard after shard.
std::vector<std::vector<std::string>> IdsOf(const std::string& dir) {
  std::vector<std::vector<std::string>> ids;
  const absl::StatusOr<RecordSet> set =
      RecordSet::Open(dir, "maskfill.v1.ImageRecord");
  EXPECT_OK(set);
  if (!set.ok()) return ids;
  for (int64_t shard = 0; shard < set->num_shards(); ++shard) {
    auto reader = set->OpenShard(shard);
    EXPECT_OK(reader);
    ids.emplace_back();
    v1::ImageRecord record;
    while ((*reader)->Next(&record).ok()) ids.back().push_back(record.id());
  }
  return ids;
}

TEST(Ingest, WritesEveryImageOnceRoundRobin) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 3);
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Ingest(OptionsFor(dir)));
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.records, 9);
  EXPECT_THAT(
      IdsOf(dir + "/out"),
      ElementsAre(ElementsAre("ant/0", "bee/1", "cat/2"),
                  ElementsAre("ant/1", "bee/2"), ElementsAre("ant/2", "cat/0"),
                  ElementsAre("bee/0", "cat/1")));
}

TEST(Ingest, DescribesTheSetInTheManifest) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 2);
  IngestOptions options = OptionsFor(dir);
  options.read.mode = PixelsMode::kPreprocessed;
  options.read.image_size = 6;
  options.source.split = "val";
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Ingest(options));
  const v1::DatasetInfo& dataset = result.manifest.dataset();
  EXPECT_EQ(result.manifest.name(), "folder-val");
  EXPECT_EQ(dataset.name(), "folder-val");
  EXPECT_EQ(dataset.split(), "val");
  EXPECT_THAT(dataset.class_keys(), ElementsAre("ant", "bee", "cat"));
  EXPECT_THAT(dataset.allowed_classes(), IsEmpty());
  EXPECT_EQ(dataset.image_size(), 6);
}

TEST(Ingest, GivesTheSameBytesForAnyNumberOfThreadsAndTasks) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 20);
  IngestOptions options = OptionsFor(dir);
  options.read.mode = PixelsMode::kPreprocessed;
  options.read.image_size = 8;
  ASSERT_OK(Ingest(options));
  const auto expected = Contents(options.run.output);
  EXPECT_EQ(expected.size(), 9u);  // 4 shards, 4 indexes, the manifest
  for (const int threads : {2, 4}) {
    options.run.num_threads = threads;
    options.run.output = dir + "/threads" + std::to_string(threads);
    ASSERT_OK(Ingest(options));
    EXPECT_EQ(Contents(options.run.output), expected) << threads;
  }
  options.run.output = dir + "/tasks";
  options.run.task_count = 3;
  for (const int task : {2, 0, 1}) {
    options.run.task_index = task;
    ASSERT_OK(Ingest(options));
  }
  EXPECT_EQ(Contents(options.run.output), expected);
}

TEST(Ingest, WritesNothingTheSecondTime) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 2);
  ASSERT_OK(Ingest(OptionsFor(dir)));
  // Of the directory and its parent, where temporary and hidden files would go.
  ASSERT_OK_AND_ASSIGN(const FileStamp parent, StampOf(dir));
  ASSERT_OK_AND_ASSIGN(const FileStamp output, StampOf(dir + "/out"));
  ASSERT_OK(Ingest(OptionsFor(dir)));
  EXPECT_THAT(StampOf(dir), IsOkAndHolds(parent));
  EXPECT_THAT(StampOf(dir + "/out"), IsOkAndHolds(output));
}

TEST(Ingest, TakesAnOutputWithASlashAtItsEnd) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 2);
  IngestOptions options = OptionsFor(dir);
  options.run.output += "/";
  ASSERT_OK(Ingest(options));
  ASSERT_OK_AND_ASSIGN(const WorkResult again, Ingest(OptionsFor(dir)));
  EXPECT_TRUE(again.already_done);
}

TEST(Ingest, IsANoOpTheSecondTime) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 2);
  ASSERT_OK(Ingest(OptionsFor(dir)));
  const auto expected = Contents(dir + "/out");
  ASSERT_OK_AND_ASSIGN(const WorkResult again, Ingest(OptionsFor(dir)));
  EXPECT_TRUE(again.already_done);
  EXPECT_EQ(Contents(dir + "/out"), expected);
}

TEST(Ingest, RefusesAnOutputOfOtherImagesOptionsOrClasses) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 2);
  const IngestOptions options = OptionsFor(dir);
  ASSERT_OK(Ingest(options));
  IngestOptions other = options;
  other.read.mode = PixelsMode::kPreprocessed;
  EXPECT_THAT(Ingest(other),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("pixels")));
  // An empty folder changes labels, though no file.
  ASSERT_OK(MakeDirectories(dir + "/data/aaa"));
  EXPECT_THAT(Ingest(options),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("classes")));
  ASSERT_OK(RemoveTree(dir + "/data/aaa"));
  ASSERT_OK(Ingest(options));
  WriteTestFile(dir + "/data/ant/9.png", TestPng(9));
  EXPECT_THAT(Ingest(options),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("source")));
}

TEST(Ingest, FailsAndNamesAnImageThatCannotBeDecoded) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 3);
  WriteTestFile(dir + "/data/bee/1.png", TestPng(0).substr(0, 60));
  EXPECT_THAT(Ingest(OptionsFor(dir)),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("bee/1.png"), HasSubstr("is cut"),
                             HasSubstr("--max_bad_records"))));
  EXPECT_FALSE(PathExists(dir + "/out/folder-train.manifest.json"));
}

TEST(Ingest, LeavesOutAndCountsWhatMaxBadRecordsAllows) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 3);
  WriteTestFile(dir + "/data/bee/1.png", "GIF89a");
  IngestOptions options = OptionsFor(dir);
  options.run.max_bad_records = 1;
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Ingest(options));
  EXPECT_EQ(result.records, 8);
  EXPECT_EQ(result.bad_records, 1);
  const v1::ShardEntry& shard = result.manifest.shards(0);
  ASSERT_EQ(shard.bad_records_size(), 1);
  EXPECT_EQ(shard.bad_records(0).source(), "bee/1.png");
  EXPECT_THAT(shard.bad_records(0).reason(), HasSubstr("GIF"));
  EXPECT_THAT(IdsOf(dir + "/out")[0], ElementsAre("ant/0", "cat/2"));
}

TEST(Ingest, TakesFirstFramesOnRequestAndCountsThem) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 2);
  ASSERT_OK_AND_ASSIGN(const std::string gif,
                       ReadFile("core/image/testdata/animated.gif"));
  WriteTestFile(dir + "/data/bee/3.gif", gif);
  IngestOptions options = OptionsFor(dir);
  EXPECT_THAT(Ingest(options), StatusIs(absl::StatusCode::kDataLoss,
                                        HasSubstr("jpeg,png,webp,gif")));
  options.source.admitted.formats.insert(ImageFormat::kGif);
  EXPECT_THAT(Ingest(options), StatusIs(absl::StatusCode::kDataLoss,
                                        HasSubstr("--first_frame")));
  // Of what was asked for before.
  options.run.overwrite = true;
  options.source.admitted.first_frame = true;
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Ingest(options));
  EXPECT_EQ(result.records, 7);
  EXPECT_EQ(CounterOf(result.manifest, "several_frames"), 1);
  // Another list of formats is other work.
  options.run.overwrite = false;
  options.source.admitted.formats.insert(ImageFormat::kBmp);
  EXPECT_THAT(Ingest(options),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("formats")));
}

TEST(Ingest, RefusesAnOutputInsideTheSource) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 3);
  IngestOptions options = OptionsFor(dir);
  ASSERT_EQ(symlink("data", (dir + "/link").c_str()), 0);
  for (const char* output :
       {"/data", "/data/", "/data/out", "/link/out/x", "/out/../data/ant"}) {
    options.run.output = dir + output;
    EXPECT_THAT(Ingest(options),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("--output"), HasSubstr("source"))))
        << output;
  }
  EXPECT_THAT(ListDirectory(dir + "/data"),
              IsOkAndHolds(ElementsAre("ant", "bee", "cat")));
  options.run.output = dir + "/data-records/";
  ASSERT_OK(Ingest(options));
}

TEST(Ingest, CountsAFifoAsABadRecord) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 3);
  ASSERT_EQ(mkfifo((dir + "/data/bee/9.png").c_str(), 0600), 0);
  IngestOptions options = OptionsFor(dir);
  EXPECT_THAT(Ingest(options),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("bee/9.png"), HasSubstr("a FIFO"))));
  options.run.output = dir + "/other";
  options.run.max_bad_records = 1;
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Ingest(options));
  EXPECT_EQ(result.records, 9);
  EXPECT_EQ(result.bad_records, 1);
}

TEST(Ingest, GoesOnAfterPreemption) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 3);
  IngestOptions options = OptionsFor(dir);
  ASSERT_OK(Ingest(options));
  const auto expected = Contents(options.run.output);
  options.run.output = dir + "/other";
  SetPreemptionSignalForTest(15);
  EXPECT_THAT(Ingest(options), StatusIs(absl::StatusCode::kCancelled));
  SetPreemptionSignalForTest(0);
  ASSERT_OK(Ingest(options));
  EXPECT_EQ(Contents(options.run.output), expected);
}

TEST(Ingest, ChoosesOneShardPerThousandImages) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 3);
  IngestOptions options = OptionsFor(dir);
  options.num_shards = 0;
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Ingest(options));
  EXPECT_EQ(result.manifest.shards_size(), 1);
}

TEST(Ingest, RefusesMoreShardsThanImages) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 1);
  EXPECT_THAT(Ingest(OptionsFor(dir)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--num_shards is 4"),
                             HasSubstr("there are 3"))));
}

// ObjectNet with two folders, one of them of two classes.
IngestOptions ObjectNetOptions(const std::string& dir) {
  WriteTestFile(dir + "/data/mappings/folder_to_objectnet_label.json",
                R"({"bench": "Bench", "clock": "Clock"})");
  WriteTestFile(dir + "/data/mappings/objectnet_to_imagenet_1k.json",
                R"({"Bench": "bench", "Clock": "digital; analog"})");
  WriteTestFile(dir + "/classes.json",
                R"(["bench", "x", "analog", "digital"])");
  WriteTestFile(dir + "/data/images/bench/0.png", TestPng(0));
  WriteTestFile(dir + "/data/images/clock/1.png", TestPng(1));
  IngestOptions options = OptionsFor(dir);
  options.source.layout = Layout::kObjectNet;
  options.source.classes_file = dir + "/classes.json";
  options.num_shards = 1;
  return options;
}

TEST(Ingest, WritesAllLabelsAndWhichAreAllowed) {
  const std::string dir = TestDirectory();
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Ingest(ObjectNetOptions(dir)));
  EXPECT_THAT(result.manifest.dataset().class_keys(),
              ElementsAre("bench", "x", "analog", "digital"));
  EXPECT_THAT(result.manifest.dataset().allowed_classes(),
              ElementsAre(0, 2, 3));
  ASSERT_OK_AND_ASSIGN(const RecordSet set, RecordSet::Open(dir + "/out", ""));
  ASSERT_OK_AND_ASSIGN(const auto reader, set.OpenShard(0));
  v1::ImageRecord record;
  ASSERT_OK(reader->Next(&record));
  EXPECT_EQ(record.label(), 0);
  EXPECT_THAT(record.other_labels(), IsEmpty());
  ASSERT_OK(reader->Next(&record));
  EXPECT_EQ(record.id(), "images/clock/1");
  EXPECT_EQ(record.label(), 3);
  EXPECT_THAT(record.other_labels(), ElementsAre(2));
}

TEST(Ingest, RefusesAnOutputOfAnotherMapping) {
  const std::string dir = TestDirectory();
  const IngestOptions options = ObjectNetOptions(dir);
  ASSERT_OK(Ingest(options));
  WriteTestFile(dir + "/data/mappings/objectnet_to_imagenet_1k.json",
                R"({"Bench": "bench", "Clock": "analog; digital"})");
  EXPECT_THAT(Ingest(options),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("classes")));
}

}  // namespace
}  // namespace maskfill
