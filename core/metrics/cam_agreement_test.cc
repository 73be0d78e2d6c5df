#include "core/metrics/cam_agreement.h"

#include "gtest/gtest.h"

namespace maskfill {
namespace {

const PatchGrid kGrid{.rows = 2, .cols = 2, .patch_size_px = 1};

TEST(CamAgreementMeter, TakesMeansOverImages) {
  CamAgreementMeter meter({0.1, 0.5});
  // Above 0.1: {0, 1, 2} and {0, 1, 3}, IoU 2 / 4; above 0.5: {0, 1} and {0},
  // IoU 1 / 2. Ranks 3 2 1 0 and 3 2 0 1: 1 - 6 * 2 / 60 = 0.8.
  meter.Add(kGrid, {1.0f, 0.6f, 0.2f, 0.0f}, {1.0f, 0.4f, 0.0f, 0.3f});
  // The same masks, and the same order.
  meter.Add(kGrid, {1.0f, 0.6f, 0.2f, 0.0f}, {1.0f, 0.7f, 0.3f, 0.0f});
  const CamAgreement agreement = meter.Agreement();
  EXPECT_EQ(agreement.images, 2);
  EXPECT_DOUBLE_EQ(agreement.at_threshold[0].threshold, 0.1);
  EXPECT_DOUBLE_EQ(agreement.at_threshold[0].iou, 0.75);
  EXPECT_DOUBLE_EQ(agreement.at_threshold[1].iou, 0.75);
  EXPECT_DOUBLE_EQ(agreement.rank_correlation, 0.9);
}

TEST(CamAgreementMeter, LeavesOutMapsThatTellNoPatchFromAnother) {
  CamAgreementMeter meter({0.1});
  meter.Add(kGrid, {0.0f, 0.0f, 0.0f, 0.0f}, {1.0f, 0.4f, 0.0f, 0.3f});
  meter.Add(kGrid, {1.0f, 0.4f, 0.0f, 0.3f}, {0.0f, 0.0f, 0.0f, 0.0f});
  const CamAgreement agreement = meter.Agreement();
  EXPECT_EQ(agreement.images, 0);
  EXPECT_EQ(agreement.images_without_order, 2);
  EXPECT_DOUBLE_EQ(agreement.rank_correlation, 0);
  EXPECT_DOUBLE_EQ(agreement.at_threshold[0].iou, 0);
}

TEST(CamAgreementMeter, TwoEmptyMasksAreEqual) {
  CamAgreementMeter meter({0.5});
  meter.Add(kGrid, {0.1f, 0.2f, 0.3f, 0.4f}, {0.1f, 0.2f, 0.3f, 0.4f});
  EXPECT_DOUBLE_EQ(meter.Agreement().at_threshold[0].iou, 1);
}

}  // namespace
}  // namespace maskfill
