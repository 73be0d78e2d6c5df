#include "record_tool/export_records.h"

#include <map>
#include <string>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/record/record_set.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/tf_example.pb.h"
#include "tests/support/program.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class ExportRecordsTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    input_ = JoinPath(dir_, "images");
    WriteTestImages(input_, {.num_images = 5, .num_shards = 2});
    options_.run.input = input_;
    options_.run.output = JoinPath(dir_, "export");
    options_.run.progress = ProgressMode::kNone;
  }

  std::map<std::string, std::string> Output() const {
    return ReadTree(options_.run.output);
  }

  std::string dir_;
  std::string input_;
  ExportRecordsOptions options_;
};

TEST_F(ExportRecordsTest, TfExamplesAreASetInTheSameOrder) {
  ASSERT_OK_AND_ASSIGN(const WorkResult result, ExportRecords(options_));
  EXPECT_EQ(result.records, 5);
  ASSERT_OK_AND_ASSIGN(
      const RecordSet set,
      RecordSet::Open(options_.run.output, "tensorflow.Example"));
  EXPECT_EQ(set.manifest().dataset().class_keys_size(), 5);
  std::vector<std::string> ids;
  std::vector<int64_t> labels;
  for (int64_t shard = 0; shard < set.num_shards(); ++shard) {
    ASSERT_OK_AND_ASSIGN(auto reader, set.OpenShard(shard));
    tensorflow::Example example;
    while (reader->Next(&example).ok()) {
      const auto& features = example.features().feature();
      ids.push_back(features.at("image/id").bytes_list().value(0));
      labels.push_back(features.at("image/class/label").int64_list().value(0));
      EXPECT_EQ(features.at("image/width").int64_list().value(0), 16);
    }
  }
  EXPECT_THAT(
      ids, ElementsAre("image-0", "image-1", "image-2", "image-3", "image-4"));
  EXPECT_THAT(labels, ElementsAre(0, 1, 2, 3, 4));
}

// Of 5 images 2 lie in the first shard.
TEST_F(ExportRecordsTest, WebDatasetIsATarForEveryShard) {
  options_.to = SampleFormat::kWebDataset;
  ASSERT_OK(ExportRecords(options_));
  const std::string& output = options_.run.output;
  EXPECT_THAT(ListDirectory(output),
              IsOkAndHolds(ElementsAre("provenance.json", "set-000000.tar",
                                       "set-000001.tar")));
  EXPECT_EQ(
      RunProgram({"/bin/tar", "-tf", JoinPath(output, "set-000000.tar")}).out,
      "000000000.cls\n000000000.png\n000000000.json\n"
      "000000001.cls\n000000001.png\n000000001.json\n");
  EXPECT_EQ(RunProgram({"/bin/tar", "-xOf", JoinPath(output, "set-000001.tar"),
                        "000000003.cls"})
                .out,
            "3");
  ASSERT_OK_AND_ASSIGN(const std::string provenance,
                       ReadFile(JoinPath(output, "provenance.json")));
  EXPECT_THAT(provenance, HasSubstr("\"webdataset\""));
}

TEST_F(ExportRecordsTest, CounterfactualsAreExportedToo) {
  const TestSetOptions small = {.num_images = 2, .num_shards = 1};
  const std::string images = JoinPath(dir_, "two");
  const std::string cf = JoinPath(dir_, "cf");
  WriteTestCounterfactuals(cf, WriteTestImages(images, small), small,
                           /*num_variants=*/2);
  options_.run.input = cf;
  options_.to = SampleFormat::kWebDataset;
  ASSERT_OK(ExportRecords(options_));
  EXPECT_THAT(RunProgram({"/bin/tar", "-xOf",
                          JoinPath(options_.run.output, "set-000000.tar"),
                          "000000003.json"})
                  .out,
              AllOf(HasSubstr("\"counterfactual/variant\":1"),
                    HasSubstr("\"image/id\":\"image-1\"")));
}

TEST_F(ExportRecordsTest, TheBytesDoNotDependOnThreads) {
  for (const SampleFormat to :
       {SampleFormat::kTfExample, SampleFormat::kWebDataset}) {
    options_.to = to;
    options_.run.output = JoinPath(dir_, ToString(to));
    options_.run.num_threads = 1;
    ASSERT_OK(ExportRecords(options_));
    const std::map<std::string, std::string> one = Output();
    options_.run.output += "-4";
    options_.run.num_threads = 4;
    ASSERT_OK(ExportRecords(options_));
    EXPECT_TRUE(Output() == one) << ToString(to);
  }
}

TEST_F(ExportRecordsTest, TheSecondRunFindsTheFirstAndOtherFormatsAreOther) {
  ASSERT_OK(ExportRecords(options_));
  ASSERT_OK_AND_ASSIGN(const WorkResult again, ExportRecords(options_));
  EXPECT_TRUE(again.already_done);
  options_.to = SampleFormat::kWebDataset;
  EXPECT_THAT(
      ExportRecords(options_),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("export")));
}

TEST_F(ExportRecordsTest, DamageIsNamedAndNothingIsFinished) {
  const std::string shard = JoinPath(input_, "set-00001-of-00002.tfrecord");
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(shard));
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_OK(WriteFileAtomically(shard, bytes));
  for (const SampleFormat to :
       {SampleFormat::kWebDataset, SampleFormat::kTfExample}) {
    options_.to = to;
    options_.run.output = JoinPath(dir_, ToString(to));
    EXPECT_THAT(ExportRecords(options_),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(shard)));
    EXPECT_FALSE(PathExists(JoinPath(options_.run.output, "provenance.json")));
    EXPECT_FALSE(
        PathExists(JoinPath(options_.run.output, "set.manifest.json")));
  }
}

TEST_F(ExportRecordsTest, AnExportIsNotExportedAgain) {
  ASSERT_OK(ExportRecords(options_));
  options_.run.input = options_.run.output;
  options_.run.output = JoinPath(dir_, "again");
  EXPECT_THAT(ExportRecords(options_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("holds tensorflow.Example")));
}

}  // namespace
}  // namespace maskfill
