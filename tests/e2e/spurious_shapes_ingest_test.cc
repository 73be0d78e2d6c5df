// Whether ingest reads what make_spurious_shapes writes: every set by its
// layout, with the labels and ids of its scene list.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "core/base/files.h"
#include "core/image/decode.h"
#include "core/record/record_set.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ingest/ingest.h"
#include "proto/records.pb.h"
#include "spurious_shapes/dataset/make_spurious_shapes.h"
#include "spurious_shapes/suites.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kTrainSize = 40;
constexpr int64_t kTestSize = 20;
constexpr int64_t kImageSize = 16;

class ReadByIngest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    BenchmarkOptions options;
    options.run.output = dir_ + "/data";
    options.train_size = kTrainSize;
    options.test_size = kTestSize;
    options.image_size = kImageSize;
    options.suites = {suite()};
    options.run.progress = ProgressMode::kNone;
    options.run.num_threads = 1;
    ASSERT_OK(MakeSpuriousShapes(options));
  }

  Suite suite() const { return static_cast<Suite>(GetParam()); }
  std::string Source() const {
    return dir_ + "/data/" + std::string(InfoOf(suite()).source);
  }
  IngestOptions Options() const {
    const SuiteInfo& info = InfoOf(suite());
    IngestOptions options;
    options.run.output = dir_ + "/records/" + std::string(info.name);
    options.run.progress = ProgressMode::kNone;
    options.run.num_threads = 1;
    options.source.layout = *ParseLayout(info.layout);
    options.source.split = std::string(info.split);
    options.source.path = Source();
    options.source.classes_file = dir_ + "/data/classes.json";
    return options;
  }
  // Id -> label of the scene list.
  std::map<std::string, int64_t> Scenes() const {
    const absl::StatusOr<std::string> text = ReadFile(
        dir_ + "/data/scenes/" + std::string(InfoOf(suite()).name) + ".csv");
    EXPECT_OK(text);
    std::map<std::string, int64_t> labels;
    const std::vector<std::string> lines = absl::StrSplit(*text, '\n');
    for (size_t i = 1; i < lines.size(); ++i) {
      if (lines[i].empty()) continue;
      const std::vector<std::string> fields = absl::StrSplit(lines[i], ',');
      const std::string id = fields[0].substr(0, fields[0].rfind('.'));
      labels[id] = std::stoll(fields[1]);
    }
    return labels;
  }

  std::string dir_;
};

std::vector<v1::ImageRecord> ReadRecords(const std::string& dir) {
  std::vector<v1::ImageRecord> records;
  const absl::StatusOr<RecordSet> set =
      RecordSet::Open(dir, "maskfill.v1.ImageRecord");
  EXPECT_OK(set);
  for (int64_t shard = 0; shard < set->num_shards(); ++shard) {
    const auto reader = set->OpenShard(shard);
    EXPECT_OK(reader);
    v1::ImageRecord record;
    while ((*reader)->Next(&record).ok()) records.push_back(record);
  }
  return records;
}

// The pixels of `image` without `border` px on each side.
Image Inside(const Image& image, int64_t border) {
  Image inside(image.height - 2 * border, image.width - 2 * border);
  for (int64_t y = 0; y < inside.height; ++y) {
    const uint8_t* row = image.Row(y + border) + 3 * border;
    std::copy(row, row + 3 * inside.width, inside.Row(y));
  }
  return inside;
}

TEST_P(ReadByIngest, WithTheLabelsAndIdsOfItsSceneList) {
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Ingest(Options()));
  const v1::DatasetInfo& dataset = result.manifest.dataset();
  EXPECT_THAT(dataset.class_keys(),
              ElementsAre("arrow", "circle", "crescent", "cross", "heart",
                          "hexagon", "ring", "square", "star", "triangle"));
  EXPECT_THAT(dataset.allowed_classes(), IsEmpty());  // all ten
  EXPECT_EQ(dataset.split(), InfoOf(suite()).split);
  std::map<std::string, int64_t> labels;
  for (const v1::ImageRecord& record : ReadRecords(Options().run.output)) {
    labels[record.id()] = record.label();
    EXPECT_THAT(record.other_labels(), IsEmpty());
  }
  const int64_t size = suite() == Suite::kTrain ? kTrainSize : kTestSize;
  EXPECT_EQ(result.records, size);
  EXPECT_EQ(static_cast<int64_t>(labels.size()), size);
  EXPECT_EQ(labels, Scenes());
}

TEST_P(ReadByIngest, WithTheirPixelsInsideTheBorder) {
  const int64_t border = InfoOf(suite()).border_px;
  EXPECT_EQ(border, suite() == Suite::kObjectNet ? 2 : 0);
  ASSERT_OK(Ingest(Options()));
  for (const v1::ImageRecord& record : ReadRecords(Options().run.output)) {
    ASSERT_OK_AND_ASSIGN(const std::string bytes,
                         ReadFile(JoinPath(Source(), record.source())));
    ASSERT_OK_AND_ASSIGN(const Image picture, DecodeImage(bytes));
    ASSERT_OK_AND_ASSIGN(const Image stored,
                         DecodeImage(record.encoded().data()));
    EXPECT_EQ(stored.height, kImageSize);
    EXPECT_EQ(stored.width, kImageSize);
    EXPECT_EQ(stored, Inside(picture, border)) << record.id();
    if (border == 0) continue;
    // What is gone is the red border: its corner is a pixel of it.
    EXPECT_THAT(
        std::vector<int>(picture.pixels.begin(), picture.pixels.begin() + 3),
        ElementsAre(255, 0, 0));
  }
}

INSTANTIATE_TEST_SUITE_P(AllSets, ReadByIngest, testing::Range(0, kNumSuites),
                         [](const testing::TestParamInfo<int>& info) {
                           return std::string(
                               InfoOf(static_cast<Suite>(info.param)).name);
                         });

}  // namespace
}  // namespace maskfill
