#include "core/masking/class_lists.h"

#include <memory>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/numbered_images.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;

// Of images with these labels, the first of which is the label proper.
ClassLists ListsOf(const std::vector<std::vector<int64_t>>& labels) {
  std::vector<v1::ImageRecord> records;
  for (const std::vector<int64_t>& of_image : labels) {
    records.push_back(
        NumberedRecord(static_cast<int64_t>(records.size()), of_image[0], 8));
    for (size_t i = 1; i < of_image.size(); ++i) {
      records.back().add_other_labels(of_image[i]);
    }
  }
  const RecordSet set = WriteImageSet(TestDirectory(), records, 2);
  const auto images = DonorImages::Open(set, {.image_size = 8});
  EXPECT_OK(images);
  const auto lists = ClassLists::Read(**images);
  EXPECT_OK(lists);
  return *lists;
}

TEST(ClassLists, HoldThePositionsOfEachClass) {
  const ClassLists lists = ListsOf({{4}, {5}, {4, 6}, {6, 5, 6}, {4}});
  std::vector<int64_t> merged;
  EXPECT_THAT(lists.PositionsOf({4}, &merged), ElementsAre(0, 2, 4));
  EXPECT_THAT(lists.PositionsOf({6}, &merged), ElementsAre(2, 3));
  EXPECT_THAT(lists.PositionsOf({5, 4}, &merged), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(lists.PositionsOf({6, 9, 5, 6}, &merged), ElementsAre(1, 2, 3));
  EXPECT_THAT(lists.PositionsOf({9}, &merged), ElementsAre());
}

TEST(ClassLists, KnowWhetherAllImagesAreOfOneClass) {
  EXPECT_TRUE(ListsOf({{1}, {1}, {1}}).AllOfOneClass());
  EXPECT_TRUE(ListsOf({{1, 2}, {2}, {3, 2}}).AllOfOneClass());
  EXPECT_FALSE(ListsOf({{1}, {1}, {2}}).AllOfOneClass());
}

}  // namespace
}  // namespace maskfill
