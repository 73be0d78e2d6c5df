#include "core/masking/mean_colour.h"

#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/numbered_images.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;

TEST(MeanColour, IsTheRoundedMeanOfAllPixels) {
  // Red is the image's number: (0 + 10 + 21) / 3 = 10.33; green and blue are
  // the row and the column: (0 + ... + 7) / 8 = 3.5, halves up.
  const RecordSet images =
      WriteImageSet(TestDirectory(),
                    {NumberedRecord(0, 0, 8), NumberedRecord(10, 0, 8),
                     NumberedRecord(21, 0, 8)},
                    2);
  for (const int threads : {1, 4}) {
    EXPECT_THAT(MeanColour(images, 8, threads),
                IsOkAndHolds(ElementsAre(10, 4, 4)));
  }
}

TEST(MeanColour, IsNoneOfAnEmptySet) {
  const RecordSet images = WriteImageSet(TestDirectory(), {}, 1);
  EXPECT_THAT(MeanColour(images, 8, 1),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(MeanColour, RefusesImagesOfAnotherSize) {
  const RecordSet images =
      WriteImageSet(TestDirectory(), {NumberedRecord(0, 0, 8)}, 1);
  EXPECT_THAT(MeanColour(images, 16, 1),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace maskfill
