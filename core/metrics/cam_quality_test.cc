#include "core/metrics/cam_quality.h"

#include "gtest/gtest.h"

namespace maskfill {
namespace {

const PatchGrid kGrid{.rows = 2, .cols = 2, .patch_size_px = 1};

PatchMask Patches(std::initializer_list<int64_t> patches) {
  PatchMask mask(4);
  for (const int64_t patch : patches) mask.set(patch);
  return mask;
}

TEST(CamQualityMeter, ComparesTheMaskWithTheObject) {
  CamQualityMeter meter({0.1, 0.5});
  meter.Add(kGrid, {1.0f, 0.6f, 0.2f, 0.0f}, Patches({0, 2}));
  const CamQuality quality = meter.Quality();
  EXPECT_EQ(quality.images, 1);
  EXPECT_DOUBLE_EQ(quality.object_rate, 0.5);
  EXPECT_DOUBLE_EQ(quality.pointing_game, 1);
  // 1.0 + 0.2 of 1.8, each rounded to float32.
  EXPECT_NEAR(quality.energy_inside, 1.2 / 1.8, 1e-7);
  // Above 0.1: patches 0, 1, 2; both of the object's, one other.
  EXPECT_DOUBLE_EQ(quality.at_threshold[0].threshold, 0.1);
  EXPECT_DOUBLE_EQ(quality.at_threshold[0].iou, 2.0 / 3);
  EXPECT_DOUBLE_EQ(quality.at_threshold[0].mask_rate, 0.75);
  EXPECT_DOUBLE_EQ(quality.at_threshold[0].object_recall, 1);
  // Above 0.5: patches 0 and 1; one of the object's, three in the union.
  EXPECT_DOUBLE_EQ(quality.at_threshold[1].iou, 1.0 / 3);
  EXPECT_DOUBLE_EQ(quality.at_threshold[1].mask_rate, 0.5);
  EXPECT_DOUBLE_EQ(quality.at_threshold[1].object_recall, 0.5);
}

TEST(CamQualityMeter, TakesMeansOverImagesNotOverPatches) {
  CamQualityMeter meter({0.5});
  // IoU 1 / 4, rate 1, recall 1; points to patch 2, beside the object.
  meter.Add(kGrid, {0.6f, 0.6f, 1.0f, 0.6f}, Patches({0}));
  // IoU 1, rate 1 / 4, recall 1; points to the object.
  meter.Add(kGrid, {0.0f, 0.0f, 0.0f, 1.0f}, Patches({3}));
  const CamQuality quality = meter.Quality();
  EXPECT_EQ(quality.images, 2);
  EXPECT_DOUBLE_EQ(quality.pointing_game, 0.5);
  // (1 / 4 + 1) / 2, and the same for the rates.
  EXPECT_DOUBLE_EQ(quality.at_threshold[0].iou, 0.625);
  EXPECT_DOUBLE_EQ(quality.at_threshold[0].mask_rate, 0.625);
  EXPECT_DOUBLE_EQ(quality.at_threshold[0].object_recall, 1);
  EXPECT_DOUBLE_EQ(quality.object_rate, 0.25);
  // (0.6 / 2.8 + 1) / 2, rounded to float32.
  EXPECT_NEAR(quality.energy_inside, (0.6 / 2.8 + 1) / 2, 1e-7);
}

TEST(CamQualityMeter, LeavesTheThresholdItselfOut) {
  // As mask_tool: in single precision, 0.3f is not above 0.3.
  CamQualityMeter meter({0.3});
  meter.Add(kGrid, {0.3f, 1.0f, 0.0f, 0.0f}, Patches({0, 1}));
  EXPECT_DOUBLE_EQ(meter.Quality().at_threshold[0].object_recall, 0.5);
}

TEST(CamQualityMeter, PointsToTheFirstOfEqualPatches) {
  CamQualityMeter meter({0.5});
  meter.Add(kGrid, {0.0f, 1.0f, 1.0f, 0.0f}, Patches({1}));
  EXPECT_DOUBLE_EQ(meter.Quality().pointing_game, 1);
  meter.Add(kGrid, {0.0f, 1.0f, 1.0f, 0.0f}, Patches({2}));
  EXPECT_DOUBLE_EQ(meter.Quality().pointing_game, 0.5);
}

TEST(CamQualityMeter, CountsAnEmptyMapAsAMiss) {
  CamQualityMeter meter({0.1});
  meter.Add(kGrid, {0.0f, 0.0f, 0.0f, 0.0f}, Patches({0}));
  const CamQuality quality = meter.Quality();
  EXPECT_DOUBLE_EQ(quality.pointing_game, 0);
  EXPECT_DOUBLE_EQ(quality.energy_inside, 0);
  EXPECT_DOUBLE_EQ(quality.at_threshold[0].iou, 0);
}

TEST(CamQualityMeter, DoesNotCountImagesWithoutObject) {
  CamQualityMeter meter({0.1});
  meter.Add(kGrid, {1.0f, 0.0f, 0.0f, 0.0f}, Patches({}));
  EXPECT_EQ(meter.Quality().images, 0);
  EXPECT_EQ(meter.Quality().images_without_object, 1);
  EXPECT_DOUBLE_EQ(meter.Quality().at_threshold[0].mask_rate, 0);
}

}  // namespace
}  // namespace maskfill
