#include "spurious_shapes/pretrain/captioned_batch.h"

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "spurious_shapes/pretrain/captions.h"

namespace maskfill {
namespace {

TEST(SampleCaptionedBatch, HasAllShapesAndTwoOfEverythingElse) {
  for (int64_t step = 0; step < 50; ++step) {
    const CaptionedBatch batch = SampleCaptionedBatch(1, step, 128, {});
    ASSERT_EQ(batch.scenes.size(), 128u);
    std::set<Shape> shapes;
    std::set<Style> styles;
    std::set<Colour> colours;
    std::set<Background> backgrounds;
    for (const Scene& scene : batch.scenes) {
      shapes.insert(scene.factors.shape);
      styles.insert(scene.factors.style);
      colours.insert(scene.factors.colour);
      backgrounds.insert(scene.factors.background);
    }
    EXPECT_EQ(shapes.size(), 10u);
    EXPECT_EQ(styles.size(), 2u);
    EXPECT_EQ(colours.size(), 2u);
    EXPECT_EQ(backgrounds.size(), 2u);
  }
}

TEST(SampleCaptionedBatch, GivesEachPictureItsCaptionAndEachCaptionOnce) {
  const CaptionedBatch batch = SampleCaptionedBatch(
      1, 7, 128, {.polysemy_rate = 0.1, .short_caption_rate = 0});
  const std::set<std::string> unique(batch.captions.begin(),
                                     batch.captions.end());
  EXPECT_EQ(unique.size(), batch.captions.size());
  // 10 shapes, 2 styles, colours and backgrounds.
  EXPECT_LE(batch.captions.size(), 80u);
  ASSERT_EQ(batch.caption_of.size(), batch.scenes.size());
  for (size_t i = 0; i < batch.scenes.size(); ++i) {
    EXPECT_EQ(batch.captions[batch.caption_of[i]],
              Caption(batch.scenes[i].factors, CaptionForm::kFull, 0.1));
  }
}

TEST(SampleCaptionedBatch, IsAFunctionOfSeedAndStep) {
  const CaptionedBatch a = SampleCaptionedBatch(1, 7, 20, {});
  EXPECT_EQ(a.captions, SampleCaptionedBatch(1, 7, 20, {}).captions);
  EXPECT_NE(a.captions, SampleCaptionedBatch(1, 8, 20, {}).captions);
  EXPECT_NE(a.captions, SampleCaptionedBatch(2, 7, 20, {}).captions);
}

TEST(SampleCaptionedBatch, KeepsItsRates) {
  int64_t photos = 0, polysemous = 0, pictures = 0, short_batches = 0;
  constexpr int64_t kBatches = 2000;
  for (int64_t step = 0; step < kBatches; ++step) {
    const CaptionedBatch batch = SampleCaptionedBatch(
        3, step, 10, {.polysemy_rate = 0.1, .short_caption_rate = 0.25});
    for (size_t i = 0; i < batch.scenes.size(); ++i) {
      const Factors& factors = batch.scenes[i].factors;
      photos += factors.style == Style::kPhoto;
      polysemous += !absl::StrContains(batch.captions[batch.caption_of[i]],
                                       ShapeName(factors.shape));
      ++pictures;
    }
    short_batches += batch.captions[0] !=
                     Caption(batch.scenes[0].factors, CaptionForm::kFull, 0.1);
  }
  // P(photo among two) = 2/5 + 3/5 * 2/4 = 0.7, half of the pictures then.
  // Deviations of shares over batches: about 0.01.
  EXPECT_NEAR(photos / double(pictures), 0.35, 0.03);
  EXPECT_NEAR(polysemous / double(pictures), 0.1, 0.03);
  EXPECT_NEAR(short_batches / double(kBatches), 0.25, 0.04);
}

}  // namespace
}  // namespace maskfill
