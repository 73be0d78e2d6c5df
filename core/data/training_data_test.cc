#include "core/data/training_data.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/equal.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/data/feature_reader.h"
#include "core/masking/fill_kind.h"
#include "core/record/feature_values.h"
#include "core/record/indexed_records.h"
#include "core/work/shards.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_counterfactuals.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr TrainingDataOptions kOptions = {
    .image_size = 16, .num_classes = 5, .global_batch_size = 4, .seed = 3};

// The numbers of the images of all rows of a step.
std::vector<int> ImagesOf(const TrainingData& data, int64_t step) {
  std::vector<int> images;
  for (int64_t row = 0; row < data.batch_size(); ++row) {
    const absl::StatusOr<ImageRow> read = data.Row(step, row);
    EXPECT_OK(read.status());
    images.push_back(read.ok() ? read->image.pixels[0] : -1);
  }
  return images;
}

TEST(TrainingData, TakesWholeBatchesWithoutRepetitionInEveryEpoch) {
  const RecordSet images = WriteTestImages(TestDirectory());
  ASSERT_OK_AND_ASSIGN(const auto data,
                       TrainingData::Open(images, std::nullopt, kOptions));
  // 10 images in batches of 4.
  EXPECT_EQ(data->steps_per_epoch(), 2);
  std::vector<std::vector<int>> epochs;
  for (int64_t epoch = 0; epoch < 2; ++epoch) {
    std::vector<int> seen = ImagesOf(*data, 2 * epoch);
    for (const int image : ImagesOf(*data, 2 * epoch + 1)) {
      seen.push_back(image);
    }
    EXPECT_EQ(std::set<int>(seen.begin(), seen.end()).size(), 8);
    epochs.push_back(seen);
  }
  EXPECT_NE(epochs[0], epochs[1]);
}

TEST(TrainingData, MakesOneBatchOfASetThatIsSmaller) {
  const RecordSet images = WriteTestImages(TestDirectory());
  TrainingDataOptions options = kOptions;
  options.global_batch_size = 512;
  ASSERT_OK_AND_ASSIGN(const auto data,
                       TrainingData::Open(images, std::nullopt, options));
  EXPECT_EQ(data->batch_size(), 10);
  EXPECT_EQ(data->steps_per_epoch(), 1);
}

TEST(TrainingData, PairsEachImageWithTheVariantOfTheEpoch) {
  const std::string dir = TestDirectory();
  const TestSetOptions sets;
  const RecordSet images = WriteTestImages(JoinPath(dir, "images"), sets);
  const RecordSet counterfactuals =
      WriteTestCounterfactuals(JoinPath(dir, "cf"), images, sets, 2);
  ASSERT_OK_AND_ASSIGN(const auto data,
                       TrainingData::Open(images, counterfactuals, kOptions));
  EXPECT_EQ(data->num_variants(), 2);
  for (const int64_t step : {0, 1, 2, 4}) {
    const int64_t variant = step / 2 % 2;
    ASSERT_OK_AND_ASSIGN(const ImageRow row, data->Row(step, 1));
    EXPECT_EQ(row.counterfactual.pixels[0],
              100 * (variant + 1) + row.image.pixels[0]);
    EXPECT_EQ(row.record.label(), row.image.pixels[0] % 5);
  }
}

TEST(TrainingData, AssemblesTheSameBatchesWithAnyNumberOfThreads) {
  const std::string dir = TestDirectory();
  const TestSetOptions sets;
  const RecordSet images = WriteTestImages(JoinPath(dir, "images"), sets);
  const RecordSet counterfactuals =
      WriteTestCounterfactuals(JoinPath(dir, "cf"), images, sets);
  ASSERT_OK_AND_ASSIGN(const auto data,
                       TrainingData::Open(images, counterfactuals, kOptions));
  const auto one = data->Batches(1, 6, /*num_threads=*/1, false);
  const auto many = data->Batches(1, 6, /*num_threads=*/4, false);
  for (int64_t step = 1; step < 6; ++step) {
    ASSERT_OK_AND_ASSIGN(const std::optional<ImageBatch> a, one->Next());
    ASSERT_OK_AND_ASSIGN(const std::optional<ImageBatch> b, many->Next());
    ASSERT_TRUE(a.has_value() && b.has_value());
    EXPECT_TRUE(at::equal(a->images, b->images));
    EXPECT_TRUE(at::equal(a->counterfactuals, b->counterfactuals));
    EXPECT_TRUE(at::equal(a->labels, b->labels));
    for (int64_t row = 0; row < data->batch_size(); ++row) {
      ASSERT_OK_AND_ASSIGN(const ImageRow direct, data->Row(step, row));
      EXPECT_EQ(a->records[row].id(), direct.record.id());
      EXPECT_EQ(a->labels[row].item<int64_t>(), direct.record.label());
      EXPECT_EQ(a->images[row][0][0][0].item<uint8_t>(),
                direct.image.pixels[0]);
    }
  }
  ASSERT_OK_AND_ASSIGN(const std::optional<ImageBatch> end, one->Next());
  EXPECT_FALSE(end.has_value());
}

TEST(TrainingData, CutsTheBatchesIntoSlicesThatAreTheWhole) {
  const TestSetOptions sets = {.num_images = 10};
  const RecordSet images = WriteTestImages(TestDirectory(), sets);
  TrainingDataOptions options = kOptions;
  options.global_batch_size = 5;
  ASSERT_OK_AND_ASSIGN(const auto data,
                       TrainingData::Open(images, std::nullopt, options));
  for (const int64_t parts : {1, 2, 4, 5}) {
    std::vector<std::unique_ptr<ImageBatches>> slices;
    for (int64_t part = 0; part < parts; ++part) {
      slices.push_back(data->Batches(1, 4, /*num_threads=*/1,
                                     /*pinned_memory=*/false, part, parts));
    }
    for (int64_t step = 1; step < 4; ++step) {
      std::vector<int> seen;
      for (const auto& slice : slices) {
        ASSERT_OK_AND_ASSIGN(const auto batch, slice->Next());
        ASSERT_TRUE(batch.has_value());
        EXPECT_LE(batch->labels.size(0), (5 + parts - 1) / parts);
        for (int64_t row = 0; row < batch->labels.size(0); ++row) {
          seen.push_back(batch->images[row][0][0][0].item<int>());
        }
      }
      EXPECT_EQ(seen, ImagesOf(*data, step)) << parts;
    }
    for (const auto& slice : slices) {
      ASSERT_OK_AND_ASSIGN(const auto end, slice->Next());
      EXPECT_FALSE(end.has_value());
    }
  }
}

TEST(TrainingData, RefusesCounterfactualsOfOtherImages) {
  const std::string dir = TestDirectory();
  TestSetOptions sets;
  const RecordSet images = WriteTestImages(JoinPath(dir, "images"), sets);
  sets.seed = 1;
  const RecordSet others = WriteTestImages(JoinPath(dir, "others"), sets);
  const RecordSet counterfactuals =
      WriteTestCounterfactuals(JoinPath(dir, "cf"), others, sets);
  EXPECT_THAT(TrainingData::Open(images, counterfactuals, kOptions),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(TrainingData, MakesOfRecipesThePixelsThatAreStored) {
  const std::string dir = TestDirectory();
  const RecordSet images = WriteTestImages(JoinPath(dir, "images"));
  CounterfactualOptions made;
  made.fill = FillKind::kMulti;
  made.variants = 2;
  const RecordSet pixels =
      WriteMadeCounterfactuals(JoinPath(dir, "pixels"), images, made);
  made.payload = CounterfactualPayload::kRecipe;
  const RecordSet recipes =
      WriteMadeCounterfactuals(JoinPath(dir, "recipes"), images, made);
  ASSERT_OK_AND_ASSIGN(const auto of_pixels,
                       TrainingData::Open(images, pixels, kOptions));
  ASSERT_OK_AND_ASSIGN(const auto of_recipes,
                       TrainingData::Open(images, recipes, kOptions));
  for (int64_t step = 0; step < 4; ++step) {
    for (int64_t i = 0; i < of_pixels->batch_size(); ++i) {
      ASSERT_OK_AND_ASSIGN(const ImageRow expected, of_pixels->Row(step, i));
      ASSERT_OK_AND_ASSIGN(const ImageRow row, of_recipes->Row(step, i));
      EXPECT_EQ(row.counterfactual, expected.counterfactual);
      EXPECT_EQ(row.image, expected.image);
      EXPECT_EQ(row.record.id(), expected.record.id());
      EXPECT_FALSE(row.record.has_pixels());
    }
  }
}

TEST(TrainingData, TellsThePatchesThatWereDropped) {
  const std::string dir = TestDirectory();
  const RecordSet images = WriteTestImages(JoinPath(dir, "images"));
  CounterfactualOptions made;
  made.fill = FillKind::kNone;
  const RecordSet dropped =
      WriteMadeCounterfactuals(JoinPath(dir, "dropped"), images, made);
  TrainingDataOptions options = kOptions;
  options.num_patches = 16;
  ASSERT_OK_AND_ASSIGN(const auto data,
                       TrainingData::Open(images, dropped, options));
  const auto batches = data->Batches(0, 1, /*num_threads=*/2, false);
  ASSERT_OK_AND_ASSIGN(const std::optional<ImageBatch> batch, batches->Next());
  ASSERT_TRUE(batch.has_value());
  EXPECT_FALSE(batch->counterfactuals.defined());
  ASSERT_EQ(batch->masked_patches.sizes(), (std::vector<int64_t>{4, 16}));
  ASSERT_OK_AND_ASSIGN(const auto records, IndexedRecords::Open(dropped));
  for (int64_t row = 0; row < 4; ++row) {
    v1::CounterfactualRecord record;
    ASSERT_OK(records->Read(batch->positions[row], &record));
    EXPECT_EQ(record.id(), batch->records[row].id());
    // Half of 16 at the default rate, of every image.
    EXPECT_EQ(batch->masked_patches[row].sum().item<int64_t>(), 8);
    for (int64_t patch = 0; patch < 16; ++patch) {
      EXPECT_EQ(batch->masked_patches[row][patch].item<bool>(),
                (record.mask()[patch / 8] >> patch % 8 & 1) != 0);
    }
  }
  options.num_patches = 4;
  ASSERT_OK_AND_ASSIGN(const auto other,
                       TrainingData::Open(images, dropped, options));
  EXPECT_THAT(other->Batches(0, 1, 2, false)->Next(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("a mask of 16 patches, the model has 4")));
}

// Features (position, variant) of every record of `source`.
std::string WriteFeatures(const std::string& dir, const RecordSet& source,
                          const char* role, int64_t num_variants) {
  RunOptions run;
  run.output = dir;
  run.progress = ProgressMode::kNone;
  ShardSpec spec;
  spec.work.tool = "feature_tool";
  spec.work.AddInput(source.AsInput(role));
  spec.work.AddInput(CheckpointRole(0), "model", "model");
  spec.record_type = "maskfill.v1.FeatureRecord";
  spec.name = "set";
  spec.num_shards = 1;
  EXPECT_OK(MakeShards(run, spec, [&](int64_t, ShardSink& sink) {
    for (int64_t i = 0; i < source.num_records(); ++i) {
      const float values[] = {static_cast<float>(i / num_variants),
                              static_cast<float>(i % num_variants)};
      v1::FeatureRecord record;
      record.set_schema_version(1);
      record.set_id(absl::StrCat("image-", i / num_variants));
      record.set_variant(static_cast<int32_t>(i % num_variants));
      record.set_dtype("float32");
      record.add_features()->set_dim(2);
      record.mutable_features(0)->set_values(values, sizeof(values));
      RETURN_IF_ERROR(sink.Append(record));
    }
    return absl::OkStatus();
  }));
  return dir;
}

TEST(TrainingData, GivesTheFeaturesOfTheVariantOfTheEpoch) {
  const std::string dir = TestDirectory();
  const TestSetOptions sets;
  const RecordSet images = WriteTestImages(JoinPath(dir, "images"), sets);
  const RecordSet counterfactuals =
      WriteTestCounterfactuals(JoinPath(dir, "cf"), images, sets, 2);
  ASSERT_OK_AND_ASSIGN(
      std::unique_ptr<FeatureReader> features,
      FeatureReader::Open(WriteFeatures(JoinPath(dir, "f"), counterfactuals,
                                        "counterfactuals", 2),
                          counterfactuals, ""));
  ASSERT_OK_AND_ASSIGN(const auto data,
                       TrainingData::Open(images, counterfactuals, kOptions,
                                          std::move(features)));
  for (const int64_t step : {0, 3}) {
    ASSERT_OK_AND_ASSIGN(const ImageRow row, data->Row(step, 1));
    EXPECT_THAT(row.features, ElementsAre(row.position, step / 2));
    EXPECT_EQ(row.image.pixels[0], row.position);
  }
}

TEST(TrainingData, LooksAtNoImageWhereFeaturesAreEnough) {
  const std::string dir = TestDirectory();
  const RecordSet images = WriteTestImages(JoinPath(dir, "images"));
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<FeatureReader> features,
                       FeatureReader::Open(WriteFeatures(JoinPath(dir, "f"),
                                                         images, "images", 1),
                                           images, "model"));
  ASSERT_OK_AND_ASSIGN(const auto whole,
                       TrainingData::Open(images, std::nullopt, kOptions));
  TrainingDataOptions options = kOptions;
  options.images = false;
  options.image_size = 99;  // is not looked at
  ASSERT_OK_AND_ASSIGN(
      const auto data,
      TrainingData::Open(images, std::nullopt, options, std::move(features)));
  const auto batches = data->Batches(0, 2, /*num_threads=*/2, false);
  for (int64_t step = 0; step < 2; ++step) {
    ASSERT_OK_AND_ASSIGN(const std::optional<ImageBatch> batch,
                         batches->Next());
    ASSERT_TRUE(batch.has_value());
    EXPECT_FALSE(batch->images.defined());
    for (int64_t row = 0; row < 4; ++row) {
      ASSERT_OK_AND_ASSIGN(const ImageRow expected, whole->Row(step, row));
      EXPECT_EQ(batch->records[row].id(), expected.record.id());
      EXPECT_EQ(batch->labels[row].item<int64_t>(), expected.record.label());
      EXPECT_EQ(batch->features[row][0].item<float>(), expected.position);
    }
  }
}

TEST(TrainingData, RefusesALabelBeyondTheHead) {
  const RecordSet images = WriteTestImages(TestDirectory());
  TrainingDataOptions options = kOptions;
  options.num_classes = 1;
  options.global_batch_size = 10;
  ASSERT_OK_AND_ASSIGN(const auto data,
                       TrainingData::Open(images, std::nullopt, options));
  const auto batches = data->Batches(0, 1, /*num_threads=*/2, false);
  EXPECT_THAT(batches->Next(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                        HasSubstr("head has 1 rows")));
}

TEST(TrainingData, RefusesImagesOfAnotherSize) {
  const RecordSet images = WriteTestImages(TestDirectory());
  TrainingDataOptions options = kOptions;
  options.image_size = 32;
  ASSERT_OK_AND_ASSIGN(const auto data,
                       TrainingData::Open(images, std::nullopt, options));
  EXPECT_THAT(data->Row(0, 0), StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace maskfill
