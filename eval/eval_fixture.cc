#include "eval/eval_fixture.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/image/image.h"
#include "core/image/record_pixels.h"
#include "core/model/checkpoint.h"
#include "core/record/record_reader.h"
#include "core/record/record_set.h"
#include "core/work/shards.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

v1::ImageRecord NoiseImage(int64_t number, int64_t label) {
  Image image(kSize, kSize);
  uint32_t state = static_cast<uint32_t>(number) + 1;
  for (uint8_t& value : image.pixels) {
    state = state * 1664525 + 1013904223;
    value = static_cast<uint8_t>(state >> 24);
  }
  v1::ImageRecord record;
  record.set_schema_version(1);
  record.set_id(absl::StrCat("image-", number));
  record.set_label(label);
  *record.mutable_pixels() = ToPixelBlock(image);
  return record;
}

}  // namespace

ModelConfig TinyConfig() {
  ModelConfig config;
  config.embed_dim = 4;
  config.vision = {.width = 8, .heads = 2, .layers = 2, .mlp_width = 16};
  config.image_size = kSize;
  config.patch_size = 8;
  config.num_classes = kClasses;
  return config;
}

v1::DatasetInfo Dataset(const std::string& name) {
  v1::DatasetInfo dataset;
  dataset.set_name(name);
  dataset.set_split("val");
  dataset.set_image_size(kSize);
  for (int64_t c = 0; c < kClasses; ++c) {
    dataset.add_class_keys(absl::StrCat("class ", c));
  }
  return dataset;
}

void EvalStageTest::SetUp() {
  dir_ = TestDirectory();
  SaveModel("model", 1);
  WriteSet("a", Dataset("a"), std::vector<int64_t>(kImages, 0));
  options_.run.output = Path("report.json");
  options_.run.progress = ProgressMode::kNone;
  options_.run.num_threads = 1;
  options_.compute.batch_size = 3;
  options_.checkpoint = Path("model");
  options_.inputs = {Path("a")};
}

std::string EvalStageTest::Path(const std::string& name) const {
  return JoinPath(dir_, name);
}

void EvalStageTest::SaveModel(const std::string& name, uint64_t seed) {
  Checkpoint checkpoint;
  checkpoint.config = TinyConfig();
  checkpoint.tensors = RandomWeights(checkpoint.config, seed);
  ASSERT_OK(WriteCheckpoint(Path(name), checkpoint));
}

void EvalStageTest::WriteSet(const std::string& dir,
                             const v1::DatasetInfo& dataset,
                             const std::vector<int64_t>& labels,
                             const std::vector<std::string>& groups) {
  RunOptions run;
  run.output = Path(dir);
  run.progress = ProgressMode::kNone;
  ShardSpec spec;
  spec.work.tool = "ingest";
  spec.record_type = "maskfill.v1.ImageRecord";
  spec.name = dataset.name();
  spec.num_shards = 2;
  spec.dataset = dataset;
  const int64_t count = static_cast<int64_t>(labels.size());
  ASSERT_OK(MakeShards(
      run, spec, [&](int64_t shard, ShardSink& sink) -> absl::Status {
        for (int64_t i = count * shard / 2; i < count * (shard + 1) / 2; ++i) {
          const size_t place = static_cast<size_t>(i);
          v1::ImageRecord image = NoiseImage(i, labels[place]);
          if (!groups.empty()) image.set_group(groups[place]);
          RETURN_IF_ERROR(sink.Append(image));
        }
        return absl::OkStatus();
      }));
}

std::vector<v1::PredictionRecord> EvalStageTest::Predictions(
    const std::string& dir) {
  std::vector<v1::PredictionRecord> predictions;
  const auto set = RecordSet::Open(dir, "maskfill.v1.PredictionRecord");
  EXPECT_OK(set);
  for (int64_t shard = 0; shard < set->num_shards(); ++shard) {
    const auto reader = set->OpenShard(shard);
    EXPECT_OK(reader);
    v1::PredictionRecord record;
    while ((*reader)->Next(&record).ok()) predictions.push_back(record);
  }
  return predictions;
}

std::string NumbersOf(v1::SetReport report) {
  report.clear_seconds();
  return report.DebugString();
}

}  // namespace maskfill
