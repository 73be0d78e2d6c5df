#include "core/masking/counterfactual.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/image/record_pixels.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/numbered_images.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int64_t kSize = 8;  // px: 2x2 patches of 4 px
constexpr int64_t kImages = 6;

std::vector<v1::ImageRecord> SixImages() {
  std::vector<v1::ImageRecord> records;
  for (int64_t i = 0; i < kImages; ++i) {
    records.push_back(NumberedRecord(i, i / 2, kSize));
  }
  return records;
}

CounterfactualOptions Options() {
  CounterfactualOptions options;
  options.image_size = kSize;
  options.mask.cut.value = 0.5;
  return options;
}

// Number of the image that each patch of `record` shows, after checking that
// all its pixels come from the same place of the same image.
std::vector<int> NumbersPerPatch(const v1::CounterfactualRecord& record) {
  const auto image = ImageFromPixelBlock(record.pixels());
  EXPECT_OK(image);
  std::vector<int> numbers;
  const PatchGrid grid{.rows = 2, .cols = 2, .patch_size_px = 4};
  for (int64_t patch = 0; patch < 4; ++patch) {
    const PixelBox box = grid.BoxOf(patch);
    const int number = image->Row(box.top)[3 * box.left];
    for (int64_t y = box.top; y < box.top + box.height; ++y) {
      for (int64_t x = box.left; x < box.left + box.width; ++x) {
        EXPECT_EQ(image->Row(y)[3 * x], number);
        EXPECT_EQ(image->Row(y)[3 * x + 1], y);
        EXPECT_EQ(image->Row(y)[3 * x + 2], x);
      }
    }
    numbers.push_back(number);
  }
  return numbers;
}

class CounterfactualTest : public testing::Test {
 protected:
  void SetUp() override {
    images_ = SixImages();
    set_ = WriteImageSet(TestDirectory(), images_, 2);
  }

  absl::StatusOr<std::vector<v1::CounterfactualRecord>> Make(
      const CounterfactualOptions& options, int64_t position,
      const std::vector<float>& relevance) {
    ASSIGN_OR_RETURN(std::unique_ptr<CounterfactualMaker> maker,
                     CounterfactualMaker::Open(*set_, options));
    const v1::ImageRecord& image = images_[static_cast<size_t>(position)];
    const v1::CamRecord cam = CamFor(image, relevance);
    return maker->Make(image, relevance.empty() ? nullptr : &cam, position);
  }

  std::vector<v1::ImageRecord> images_;
  std::optional<RecordSet> set_;
};

TEST_F(CounterfactualTest, SingleFillTakesAllPatchesFromOneDonor) {
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::CounterfactualRecord> records,
                       Make(Options(), 2, {0.6f, 0.1f, 0.5f, 1.0f}));
  ASSERT_EQ(records.size(), 1u);
  const v1::CounterfactualRecord& record = records[0];
  EXPECT_EQ(record.schema_version(), 1u);
  EXPECT_EQ(record.id(), "image-2");
  EXPECT_EQ(record.grid_height(), 2);
  EXPECT_EQ(record.grid_width(), 2);
  // Patches 0 and 3 lie above 0.5: bits 0b1001.
  EXPECT_EQ(record.mask(), "\x09");
  ASSERT_EQ(record.donor_ids_size(), 1);
  EXPECT_EQ(record.patch_donors_size(), 0);
  const std::vector<int> numbers = NumbersPerPatch(record);
  EXPECT_EQ(record.donor_ids(0), "image-" + std::to_string(numbers[0]));
  EXPECT_NE(numbers[0], 2);
  EXPECT_EQ(numbers, (std::vector<int>{numbers[0], 2, 2, numbers[0]}));
}

TEST_F(CounterfactualTest, MultiFillNamesTheDonorOfEachPatch) {
  CounterfactualOptions options = Options();
  options.fill = FillKind::kMulti;
  options.variants = 20;
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::CounterfactualRecord> records,
                       Make(options, 2, {0.6f, 0.1f, 0.9f, 1.0f}));
  ASSERT_EQ(records.size(), 20u);
  std::set<std::vector<int>> all;
  for (int32_t variant = 0; variant < 20; ++variant) {
    const v1::CounterfactualRecord& record =
        records[static_cast<size_t>(variant)];
    EXPECT_EQ(record.variant(), variant);
    const std::vector<int> numbers = NumbersPerPatch(record);
    ASSERT_EQ(record.patch_donors_size(), 3);
    const std::vector<int> masked = {numbers[0], numbers[2], numbers[3]};
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(record.donor_ids(record.patch_donors(i)),
                "image-" + std::to_string(masked[static_cast<size_t>(i)]));
      EXPECT_NE(masked[static_cast<size_t>(i)], 2);
    }
    EXPECT_EQ(numbers[1], 2);
    const std::set<std::string> distinct(record.donor_ids().begin(),
                                         record.donor_ids().end());
    EXPECT_EQ(static_cast<int>(distinct.size()), record.donor_ids_size());
    all.insert(numbers);
  }
  // 20 draws of 125 equally likely triples hardly ever agree.
  EXPECT_GT(all.size(), 10u);
}

TEST_F(CounterfactualTest, NoFillKeepsThePixelsAndTellsTheMask) {
  CounterfactualOptions options = Options();
  options.fill = FillKind::kNone;
  options.mask.kind = MaskKind::kContext;
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::CounterfactualRecord> records,
                       Make(options, 1, {0.6f, 0.1f, 0.5f, 1.0f}));
  // Patches 1 and 2 lie at 0.5 or below: bits 0b0110.
  EXPECT_EQ(records[0].mask(), "\x06");
  EXPECT_EQ(records[0].donor_ids_size(), 0);
  EXPECT_EQ(NumbersPerPatch(records[0]), (std::vector<int>{1, 1, 1, 1}));
}

TEST_F(CounterfactualTest, AnEmptyMaskNeedsNoDonor) {
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::CounterfactualRecord> records,
                       Make(Options(), 1, {0, 0, 0, 0}));
  EXPECT_EQ(records[0].mask(), std::string(1, '\0'));
  EXPECT_EQ(records[0].donor_ids_size(), 0);
  EXPECT_EQ(NumbersPerPatch(records[0]), (std::vector<int>{1, 1, 1, 1}));
}

TEST_F(CounterfactualTest, ARecipeIsTheSameRecordWithoutPixels) {
  for (const FillKind fill : {FillKind::kSingle, FillKind::kMulti}) {
    CounterfactualOptions options = Options();
    options.fill = fill;
    const std::vector<float> relevance = {0.6f, 0.1f, 0.9f, 1.0f};
    ASSERT_OK_AND_ASSIGN(std::vector<v1::CounterfactualRecord> pixels,
                         Make(options, 4, relevance));
    options.payload = CounterfactualPayload::kRecipe;
    ASSERT_OK_AND_ASSIGN(const std::vector<v1::CounterfactualRecord> recipe,
                         Make(options, 4, relevance));
    pixels[0].clear_pixels();
    EXPECT_EQ(recipe[0].SerializeAsString(), pixels[0].SerializeAsString());
  }
}

TEST_F(CounterfactualTest, RandomMasksNeedNoCam) {
  CounterfactualOptions options = Options();
  options.mask.kind = MaskKind::kRandom;
  options.patch_size = 4;
  options.variants = 200;
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::CounterfactualRecord> records,
                       Make(options, 0, {}));
  int64_t masked = 0;
  for (const v1::CounterfactualRecord& record : records) {
    ASSERT_OK_AND_ASSIGN(const PatchMask mask,
                         PatchMask::FromBytes(record.mask(), 4));
    masked += mask.count();
  }
  // Binomial(800, 0.5): standard deviation 14.1; five of them.
  EXPECT_NEAR(masked, 400, 71);
}

TEST_F(CounterfactualTest, OtherClassDonorsShareNoLabel) {
  CounterfactualOptions options = Options();
  options.donors = DonorRule::kOtherClass;
  options.fill = FillKind::kMulti;
  options.variants = 50;
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::CounterfactualRecord> records,
                       Make(options, 2, {1, 1, 1, 1}));
  std::set<int> seen;
  for (const v1::CounterfactualRecord& record : records) {
    for (const int number : NumbersPerPatch(record)) seen.insert(number);
  }
  // Images 2 and 3 are of class 1.
  EXPECT_EQ(seen, (std::set<int>{0, 1, 4, 5}));
}

TEST_F(CounterfactualTest, OneImageHasNoDonors) {
  const RecordSet one =
      WriteImageSet(JoinPath(TestDirectory(), "one"), {images_[0]}, 1);
  EXPECT_THAT(CounterfactualMaker::Open(one, Options()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("holds one image")));
  CounterfactualOptions options = Options();
  options.fill = FillKind::kNone;
  EXPECT_OK(CounterfactualMaker::Open(one, options));
}

TEST_F(CounterfactualTest, OneClassHasNoOtherClass) {
  const RecordSet one_class = WriteImageSet(JoinPath(TestDirectory(), "one"),
                                            {images_[0], images_[1]}, 1);
  CounterfactualOptions options = Options();
  options.donors = DonorRule::kOtherClass;
  EXPECT_THAT(
      CounterfactualMaker::Open(one_class, options),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("one class")));
}

TEST_F(CounterfactualTest, AColourIsToldByTheRecord) {
  CounterfactualOptions options = Options();
  options.mean_colour = Rgb{1, 2, 3};
  for (const auto& [fill, colour] :
       {std::pair<FillKind, std::string>{FillKind::kMean, "\x01\x02\x03"},
        {FillKind::kGrey, "\x80\x80\x80"}}) {
    options.fill = fill;
    ASSERT_OK_AND_ASSIGN(const std::vector<v1::CounterfactualRecord> records,
                         Make(options, 1, {0.6f, 0.1f, 0.5f, 0.1f}));
    EXPECT_EQ(records[0].fill_colour(), colour);
    EXPECT_EQ(records[0].donor_ids_size(), 0);
    // The first patch alone lies above 0.5.
    const std::string& pixels = records[0].pixels().data();
    EXPECT_EQ(pixels.substr(0, 12), colour + colour + colour + colour);
    EXPECT_EQ(pixels.substr(12, 3), std::string("\x01\x00\x04", 3));
  }
}

TEST_F(CounterfactualTest, NoiseIsAnotherInEachVariant) {
  CounterfactualOptions options = Options();
  options.fill = FillKind::kNoise;
  options.variants = 2;
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::CounterfactualRecord> records,
                       Make(options, 1, {0.6f, 0.1f, 0.5f, 0.1f}));
  EXPECT_NE(records[0].pixels().data(), records[1].pixels().data());
  EXPECT_EQ(records[0].pixels().data().substr(12, 12),
            records[1].pixels().data().substr(12, 12));
}

TEST_F(CounterfactualTest, AnImageOfAPoolIsNotItsOwnDonorUnderItsId) {
  // Images 2 and 9 in a set of their own, image 2 as the second.
  const RecordSet pool = WriteImageSet(
      JoinPath(TestDirectory(), "pool"),
      {NumberedRecord(9, 1, kSize), NumberedRecord(2, 1, kSize)}, 1);
  CounterfactualOptions options = Options();
  options.variants = 30;
  for (const bool self : {false, true}) {
    options.allow_self_donor = self;
    ASSERT_OK_AND_ASSIGN(std::unique_ptr<CounterfactualMaker> maker,
                         CounterfactualMaker::Open(*set_, options, pool));
    const v1::CamRecord cam = CamFor(images_[2], {1, 1, 1, 1});
    ASSERT_OK_AND_ASSIGN(const std::vector<v1::CounterfactualRecord> records,
                         maker->Make(images_[2], &cam, 2));
    std::set<std::string> donors;
    for (const v1::CounterfactualRecord& record : records) {
      donors.insert(record.donor_ids(0));
    }
    EXPECT_EQ(donors, self ? (std::set<std::string>{"image-2", "image-9"})
                           : std::set<std::string>{"image-9"});
  }
}

TEST_F(CounterfactualTest, APoolMustFit) {
  const RecordSet large = WriteImageSet(JoinPath(TestDirectory(), "large"),
                                        {NumberedRecord(9, 1, 16)}, 1);
  EXPECT_THAT(CounterfactualMaker::Open(*set_, Options(), large),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("large"), HasSubstr("16 px"))));
  // All of its images are of class 1, as image 2 is.
  const RecordSet pool = WriteImageSet(JoinPath(TestDirectory(), "pool"),
                                       {NumberedRecord(9, 1, kSize)}, 1);
  CounterfactualOptions options = Options();
  options.donors = DonorRule::kOtherClass;
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<CounterfactualMaker> maker,
                       CounterfactualMaker::Open(*set_, options, pool));
  const v1::CamRecord cam = CamFor(images_[2], {1, 1, 1, 1});
  EXPECT_THAT(maker->Make(images_[2], &cam, 2),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("--donors=any")));
}

TEST_F(CounterfactualTest, ACamOfAnotherGridIsRefused) {
  EXPECT_THAT(Make(Options(), 0, std::vector<float>(9, 0.5f)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("image-0"), HasSubstr("3x3"),
                             HasSubstr("8x8"))));
  CounterfactualOptions options = Options();
  options.patch_size = 2;
  EXPECT_THAT(Make(options, 0, std::vector<float>(4, 0.5f)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("--patch_size")));
}

TEST_F(CounterfactualTest, ResolvesTheImageSizeFromTheInput) {
  EXPECT_THAT(ResolveImageSize(*set_, 0), IsOkAndHolds(kSize));
  EXPECT_THAT(ResolveImageSize(*set_, kSize), IsOkAndHolds(kSize));
  EXPECT_THAT(ResolveImageSize(*set_, 224),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("224"), HasSubstr("8 px"))));
}

}  // namespace
}  // namespace maskfill
