#include "core/data/counterfactual_images.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
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

using testing::AllOf;
using testing::HasSubstr;

// Id and pixels of every counterfactual.
absl::StatusOr<std::vector<std::string>> ReadAll(const RecordSet& set,
                                                 const std::string& images) {
  ASSIGN_OR_RETURN(const auto counterfactuals,
                   CounterfactualImages::Open(set, images));
  std::vector<std::string> all;
  for (int64_t shard = 0; shard < set.num_shards(); ++shard) {
    ASSIGN_OR_RETURN(
        const auto batches,
        counterfactuals->OfShard(
            shard, {.batch_size = 3, .image_size = 16, .num_threads = 2}));
    while (true) {
      ASSIGN_OR_RETURN(const auto batch, batches->Next());
      if (!batch.has_value()) break;
      const char* pixels =
          static_cast<const char*>(batch->images.const_data_ptr());
      for (size_t i = 0; i < batch->records.size(); ++i) {
        all.push_back(absl::StrCat(
            batch->records[i].id(), "|",
            absl::string_view(pixels + i * 16 * 16 * 3, 16 * 16 * 3)));
      }
    }
  }
  return all;
}

class CounterfactualImagesTest : public testing::Test {
 protected:
  CounterfactualImagesTest()
      : dir_(TestDirectory()),
        images_(WriteTestImages(JoinPath(dir_, "images"))) {}

  RecordSet Write(
      const std::string& name, CounterfactualPayload payload,
      FillKind fill = FillKind::kSingle, DonorRule donors = DonorRule::kAny,
      const std::optional<RecordSet>& pool = std::nullopt,
      const std::function<void(v1::CounterfactualRecord*)>& edit = [](auto*) {
      }) {
    CounterfactualOptions options;
    options.fill = fill;
    options.donors = donors;
    options.variants = 2;
    options.payload = payload;
    options.seed = 7;
    return WriteMadeCounterfactuals(JoinPath(dir_, name), images_, options,
                                    pool, edit);
  }

  const std::string dir_;
  const RecordSet images_;
};

TEST_F(CounterfactualImagesTest, RecipesGiveThePixelsBitForBit) {
  const RecordSet others =
      WriteTestImages(JoinPath(dir_, "others"), {.num_images = 7, .seed = 1});
  for (const FillRule& fill : FillRules()) {
    if (fill.kind == FillKind::kNone) continue;
    for (const DonorRule donors : {DonorRule::kAny, DonorRule::kOtherClass}) {
      for (const bool own_pool : {true, false}) {
        const std::optional<RecordSet> pool =
            own_pool ? std::nullopt : std::optional<RecordSet>(others);
        const std::string name =
            absl::StrCat(fill.name, "-", ToString(donors), own_pool);
        const RecordSet pixels = Write(name, CounterfactualPayload::kPixels,
                                       fill.kind, donors, pool);
        const RecordSet recipes =
            Write(name + "-recipe", CounterfactualPayload::kRecipe, fill.kind,
                  donors, pool);
        ASSERT_OK_AND_ASSIGN(const auto expected, ReadAll(pixels, ""));
        ASSERT_EQ(expected.size(), 20u);
        EXPECT_NE(expected[0], expected[1]);
        EXPECT_THAT(ReadAll(recipes, ""), IsOkAndHolds(expected)) << name;
      }
    }
  }
}

TEST_F(CounterfactualImagesTest, RecipesNeedTheirDonors) {
  const std::string dir = JoinPath(dir_, "others");
  const RecordSet others = WriteTestImages(dir, {.seed = 1});
  const RecordSet recipes = Write("recipe", CounterfactualPayload::kRecipe,
                                  FillKind::kSingle, DonorRule::kAny, others);
  std::filesystem::rename(dir, dir + "-moved");
  EXPECT_THAT(ReadAll(recipes, ""), StatusIs(absl::StatusCode::kNotFound,
                                             HasSubstr("--donor_input")));
  WriteTestImages(dir, {.seed = 2});
  EXPECT_THAT(ReadAll(recipes, ""),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(CounterfactualImagesTest, ARecipeWithoutItsColourIsRefused) {
  const RecordSet recipes = Write(
      "recipe", CounterfactualPayload::kRecipe, FillKind::kMean,
      DonorRule::kAny, std::nullopt,
      [](v1::CounterfactualRecord* record) { record->set_fill_colour("ab"); });
  EXPECT_THAT(ReadAll(recipes, ""),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("a colour of 2 bytes, expected 3")));
}

TEST_F(CounterfactualImagesTest, RecipesTakeTheImagesFromAnotherPlace) {
  const RecordSet recipes = Write("recipe", CounterfactualPayload::kRecipe);
  const std::string moved = JoinPath(dir_, "moved");
  std::filesystem::rename(images_.dir(), moved);
  EXPECT_THAT(ReadAll(recipes, ""),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("(--images)")));
  EXPECT_OK(ReadAll(recipes, moved));
  const RecordSet others =
      WriteTestImages(JoinPath(dir_, "others"), {.seed = 1});
  EXPECT_THAT(ReadAll(recipes, others.dir()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("made from other images")));
}

TEST_F(CounterfactualImagesTest, ARecipeWithOtherDonorsIsRefused) {
  const RecordSet recipes = Write(
      "recipe", CounterfactualPayload::kRecipe, FillKind::kSingle,
      DonorRule::kAny, std::nullopt, [](v1::CounterfactualRecord* record) {
        if (record->donor_ids_size() > 0) record->set_donor_ids(0, "image-99");
      });
  EXPECT_THAT(ReadAll(recipes, ""),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("counterfactual of image \"image-"),
                             HasSubstr("names other donors"))));
}

TEST_F(CounterfactualImagesTest, VariantsMustBeInOrder) {
  const RecordSet pixels =
      Write("pixels", CounterfactualPayload::kPixels, FillKind::kSingle,
            DonorRule::kAny, std::nullopt,
            [](v1::CounterfactualRecord* record) { record->set_variant(0); });
  EXPECT_THAT(ReadAll(pixels, ""),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("holds variant 0 of image \"image-0\" where "
                                 "variant 1 belongs")));
}

TEST_F(CounterfactualImagesTest, DroppedPatchesAreTold) {
  for (const auto payload :
       {CounterfactualPayload::kPixels, CounterfactualPayload::kRecipe}) {
    const RecordSet dropped = Write(absl::StrCat("none-", ToString(payload)),
                                    payload, FillKind::kNone);
    ASSERT_OK_AND_ASSIGN(const auto counterfactuals,
                         CounterfactualImages::Open(dropped, ""));
    EXPECT_TRUE(counterfactuals->drops_patches());
    ASSERT_OK_AND_ASSIGN(
        const auto batches,
        counterfactuals->OfShard(
            0, {.batch_size = 2, .image_size = 16, .num_masked_patches = 16}));
    ASSERT_OK_AND_ASSIGN(const auto batch, batches->Next());
    ASSERT_OK_AND_ASSIGN(
        const auto originals,
        ImageBatches::OfShard(images_, 0, {.batch_size = 1, .image_size = 16}));
    ASSERT_OK_AND_ASSIGN(const auto original, originals->Next());
    // Two variants of one image: its pixels, other patches of it.
    for (int64_t variant = 0; variant < 2; ++variant) {
      EXPECT_TRUE(batch->images[variant].equal(original->images[0]));
      EXPECT_EQ(batch->masked_patches[variant].sum().item<int64_t>(), 8);
    }
    EXPECT_FALSE(batch->masked_patches[0].equal(batch->masked_patches[1]));
  }
}

TEST_F(CounterfactualImagesTest, AMaskThatFitsNoGridIsDamage) {
  const RecordSet dropped =
      Write("none", CounterfactualPayload::kPixels, FillKind::kNone,
            DonorRule::kAny, std::nullopt,
            [](v1::CounterfactualRecord* record) { record->set_mask("abc"); });
  ASSERT_OK_AND_ASSIGN(const auto counterfactuals,
                       CounterfactualImages::Open(dropped, ""));
  ASSERT_OK_AND_ASSIGN(
      const auto batches,
      counterfactuals->OfShard(
          0, {.batch_size = 2, .image_size = 16, .num_masked_patches = 16}));
  EXPECT_THAT(batches->Next(),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("counterfactual of image \"image-0\"")));
}

}  // namespace
}  // namespace maskfill
