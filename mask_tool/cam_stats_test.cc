#include "mask_tool/cam_stats.h"

#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"
#include "core/masking/patch_masks.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/numbered_images.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

TEST(CamStats, CountWhatTheObjectMaskHolds) {
  CamStats stats;
  // Single precision neighbours of a threshold, on either side of it.
  const std::vector<float> relevance = {0.3f, std::nextafter(0.3f, 1.0f),
                                        std::nextafter(0.3f, 0.0f), 0.7f, 1.0f};
  ASSERT_OK(stats.Add(relevance, 0));
  const PatchGrid grid{.rows = 1, .cols = 5};
  for (size_t i = 0; i < kStatsThresholds.size(); ++i) {
    const PatchMask mask =
        ObjectMask(grid, relevance, static_cast<float>(kStatsThresholds[i]));
    EXPECT_DOUBLE_EQ(stats.all[i].Mean(),
                     static_cast<double>(mask.count()) / 5);
  }
}

TEST(CamStats, RefuseCamsOfTwoGrids) {
  CamStats stats;
  ASSERT_OK(stats.Add({0.5f, 0.5f}, 0));
  EXPECT_THAT(stats.Add({0.5f}, 0),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  CamStats other;
  ASSERT_OK(other.Add({0.5f}, 0));
  EXPECT_THAT(stats.Add(other),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(ReadCamStats, AreTheSameForAnyNumberOfThreads) {
  std::vector<v1::ImageRecord> images;
  std::vector<v1::CamRecord> cams;
  CamStats expected;
  for (int64_t i = 0; i < 40; ++i) {
    images.push_back(NumberedRecord(i, i % 3, 8));
    const std::vector<float> relevance = SomeRelevance(images[i].id(), 4);
    cams.push_back(CamFor(images[i], relevance));
    ASSERT_OK(expected.Add(relevance, i % 3));
  }
  const std::string dir = TestDirectory();
  const RecordSet set = WriteImageSet(JoinPath(dir, "images"), images, 5);
  const RecordSet cam_set = WriteCamSet(JoinPath(dir, "cams"), set, cams);
  for (const int threads : {1, 4}) {
    ASSERT_OK_AND_ASSIGN(const CamStats stats, ReadCamStats(cam_set, threads));
    EXPECT_EQ(stats.num_cams, 40);
    ASSERT_EQ(stats.classes.size(), 3u);
    for (size_t i = 0; i < kStatsThresholds.size(); ++i) {
      EXPECT_EQ(stats.all[i].Mean(), expected.all[i].Mean());
      EXPECT_EQ(stats.classes.at(2)[i].Quantile(0.5),
                expected.classes.at(2)[i].Quantile(0.5));
    }
  }
}

}  // namespace
}  // namespace maskfill
