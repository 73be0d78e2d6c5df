#include "core/training/online_counterfactuals.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/files.h"
#include "core/cam/attribution.h"
#include "core/data/training_data.h"
#include "core/image/record_pixels.h"
#include "core/masking/mean_colour.h"
#include "core/record/indexed_records.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"
#include "tests/support/tiny_model.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

constexpr int64_t kSize = 16;  // px, of the tiny model
constexpr int64_t kPatch = 8;  // px
constexpr int64_t kEpoch = 2;

class OnlineCounterfactualsTest : public testing::Test {
 protected:
  OnlineCounterfactualsTest()
      : dir_(TestDirectory()),
        images_(WriteTestImages(JoinPath(dir_, "images"))),
        student_(*ImageClassifier::Create(
            TinyModelConfig(5), TinyModelTensors(TinyModelConfig(5), 2))) {
    options_.counterfactual.image_size = kSize;
    options_.counterfactual.patch_size = kPatch;
    options_.counterfactual.seed = 7;
    options_.num_threads = 2;
  }

  // The batch of the first step, with its online counterfactuals.
  absl::StatusOr<ImageBatch> MakeBatch(int64_t size = 6) {
    ASSIGN_OR_RETURN(data_, TrainingData::Open(images_, std::nullopt,
                                               {.image_size = kSize,
                                                .num_classes = 5,
                                                .global_batch_size = size,
                                                .seed = 3}));
    batches_ = data_->Batches(0, 1, 1, false);
    ASSIGN_OR_RETURN(std::optional<ImageBatch> batch, batches_->Next());
    ASSIGN_OR_RETURN(
        const std::unique_ptr<OnlineCounterfactuals> online,
        OnlineCounterfactuals::Open(images_, std::nullopt, options_));
    RETURN_IF_ERROR(online->AddTo(student_, kEpoch, &*batch));
    return *batch;
  }

  at::Tensor Relevance(const ImageBatch& batch) const {
    return TransformerAttribution(student_, batch.images, batch.labels)
        .relevance;
  }

  // Whether patch `patch` of row `row` of `a` is that of row `other` of `b`.
  static bool SamePatch(const at::Tensor& a, int64_t row, const at::Tensor& b,
                        int64_t other, int64_t patch) {
    const auto cut = [patch](const at::Tensor& image) {
      return image.narrow(0, patch / 2 * kPatch, kPatch)
          .narrow(1, patch % 2 * kPatch, kPatch);
    };
    return cut(a[row]).equal(cut(b[other]));
  }

  const std::string dir_;
  const RecordSet images_;
  const ImageClassifier student_;
  OnlineCounterfactualsOptions options_;
  std::unique_ptr<TrainingData> data_;
  std::unique_ptr<ImageBatches> batches_;
};

TEST_F(OnlineCounterfactualsTest, AreThoseOfMaskToolForTheSameMaps) {
  for (const FillKind fill :
       {FillKind::kSingle, FillKind::kMulti, FillKind::kMean, FillKind::kGrey,
        FillKind::kNoise}) {
    options_.counterfactual.fill = fill;
    ASSERT_OK_AND_ASSIGN(const ImageBatch batch, MakeBatch());
    const at::Tensor relevance = Relevance(batch).contiguous();
    // As mask_tool: a maker of all variants, from records.
    CounterfactualOptions made = options_.counterfactual;
    made.variants = kEpoch + 1;
    made.patch_size = 0;
    ASSERT_OK_AND_ASSIGN(made.mean_colour, MeanColour(images_, kSize, 1));
    ASSERT_OK_AND_ASSIGN(const auto maker,
                         CounterfactualMaker::Open(images_, made));
    ASSERT_OK_AND_ASSIGN(const auto records, IndexedRecords::Open(images_));
    for (int64_t row = 0; row < 6; ++row) {
      v1::ImageRecord image;
      ASSERT_OK(records->Read(batch.positions[row], &image));
      v1::CamRecord cam;
      cam.set_grid_height(2);
      cam.set_grid_width(2);
      cam.set_relevance(relevance[row].const_data_ptr(), 4 * sizeof(float));
      ASSERT_OK_AND_ASSIGN(const auto variants,
                           maker->Make(image, &cam, batch.positions[row]));
      ASSERT_OK_AND_ASSIGN(const Image expected,
                           ImageFromPixelBlock(variants[kEpoch].pixels()));
      const at::Tensor found = batch.counterfactuals[row].contiguous();
      EXPECT_TRUE(std::equal(expected.pixels.begin(), expected.pixels.end(),
                             found.const_data_ptr<uint8_t>()))
          << ToString(fill) << " of row " << row;
    }
  }
}

TEST_F(OnlineCounterfactualsTest, AreCutFromTheStudentsOwnMaps) {
  options_.counterfactual.fill = FillKind::kGrey;
  options_.counterfactual.mask.cut.value = 0.5;
  options_.micro_batch_size = 4;
  ASSERT_OK_AND_ASSIGN(const ImageBatch batch, MakeBatch());
  const at::Tensor relevance = Relevance(batch);
  int masked = 0;
  for (int64_t row = 0; row < 6; ++row) {
    for (int64_t patch = 0; patch < 4; ++patch) {
      const bool relevant = relevance[row][patch].item<float>() > 0.5f;
      EXPECT_EQ(SamePatch(batch.counterfactuals, row, batch.images, row, patch),
                !relevant);
      masked += relevant;
    }
  }
  EXPECT_GT(masked, 0);
  EXPECT_LT(masked, 24);
}

TEST_F(OnlineCounterfactualsTest, TakePatchesFromTheBatch) {
  options_.counterfactual.donors = DonorRule::kBatch;
  options_.counterfactual.fill = FillKind::kMulti;
  options_.counterfactual.mask.kind = MaskKind::kRandom;
  options_.counterfactual.mask.rate = 1;
  ASSERT_OK_AND_ASSIGN(const ImageBatch batch, MakeBatch(3));
  for (int64_t row = 0; row < 3; ++row) {
    for (int64_t patch = 0; patch < 4; ++patch) {
      int donors = 0;
      for (int64_t other = 0; other < 3; ++other) {
        const bool same =
            SamePatch(batch.counterfactuals, row, batch.images, other, patch);
        EXPECT_FALSE(same && other == row);
        donors += same;
      }
      EXPECT_EQ(donors, 1);
    }
  }
  EXPECT_THAT(MakeBatch(1), StatusIs(absl::StatusCode::kFailedPrecondition,
                                     HasSubstr("none is another image")));
}

TEST_F(OnlineCounterfactualsTest, DropPatchesWhereNothingComesIn) {
  options_.counterfactual.fill = FillKind::kNone;
  options_.counterfactual.mask.kind = MaskKind::kContext;
  ASSERT_OK_AND_ASSIGN(const ImageBatch batch, MakeBatch());
  EXPECT_FALSE(batch.counterfactuals.defined());
  EXPECT_TRUE(batch.masked_patches.equal(Relevance(batch).le(0.3f)));
}

TEST_F(OnlineCounterfactualsTest, LeaveTheStudentWithoutGradients) {
  NamedTensors trained = TinyModelTensors(TinyModelConfig(5), 2);
  for (auto& [name, tensor] : trained) tensor.requires_grad_(true);
  ASSERT_OK_AND_ASSIGN(const ImageClassifier student,
                       ImageClassifier::Create(TinyModelConfig(5), trained));
  ASSERT_OK_AND_ASSIGN(ImageBatch batch, MakeBatch());
  const at::Tensor expected = batch.counterfactuals;
  ASSERT_OK_AND_ASSIGN(const auto online, OnlineCounterfactuals::Open(
                                              images_, std::nullopt, options_));
  ASSERT_OK(online->AddTo(student, kEpoch, &batch));
  EXPECT_TRUE(batch.counterfactuals.equal(expected));
  EXPECT_FALSE(trained.at("visual.proj").grad().defined());
}

}  // namespace
}  // namespace maskfill
