#include "core/data/training_data.h"

#include <set>
#include <vector>

#include "ATen/ops/equal.h"
#include "core/base/files.h"
#include "core/masking/fill_kind.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_counterfactuals.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"

namespace maskfill {
namespace {

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

TEST(TrainingData, RefusesDroppedPatches) {
  const std::string dir = TestDirectory();
  const RecordSet images = WriteTestImages(JoinPath(dir, "images"));
  CounterfactualOptions made;
  made.fill = FillKind::kNone;
  const RecordSet dropped =
      WriteMadeCounterfactuals(JoinPath(dir, "dropped"), images, made);
  EXPECT_THAT(TrainingData::Open(images, dropped, kOptions),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("dropped, not refilled")));
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
