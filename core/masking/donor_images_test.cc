#include "core/masking/donor_images.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/numbered_images.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kSize = 8;

RecordSet SetWithLabels(const std::vector<int64_t>& labels) {
  std::vector<v1::ImageRecord> records;
  for (size_t i = 0; i < labels.size(); ++i) {
    records.push_back(
        NumberedRecord(static_cast<int64_t>(i), labels[i], kSize));
  }
  return WriteImageSet(TestDirectory(), records, 2);
}

TEST(DonorImages, GivesAnyImageByItsPosition) {
  const RecordSet set = SetWithLabels({4, 5, 6, 7, 8});
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<DonorImages> images,
                       DonorImages::Open(set, {.image_size = kSize}));
  ASSERT_EQ(images->size(), 5);
  for (const int64_t position : {4, 0, 2, 3, 1}) {
    ASSERT_OK_AND_ASSIGN(std::shared_ptr<const Donor> donor,
                         images->Get(position));
    EXPECT_EQ(donor->id, "image-" + std::to_string(position));
    EXPECT_THAT(donor->labels, ElementsAre(4 + position));
    EXPECT_EQ(donor->image, NumberedImage(position, kSize));
  }
}

TEST(DonorImages, LeavesPixelsOutWhenNotWanted) {
  const RecordSet set = SetWithLabels({4, 5});
  ASSERT_OK_AND_ASSIGN(
      std::unique_ptr<DonorImages> images,
      DonorImages::Open(set, {.image_size = kSize, .with_pixels = false}));
  ASSERT_OK_AND_ASSIGN(std::shared_ptr<const Donor> donor, images->Get(1));
  EXPECT_EQ(donor->id, "image-1");
  EXPECT_TRUE(donor->image.pixels.empty());
}

TEST(DonorImages, GivesTheSameImagesThroughASmallCache) {
  const RecordSet set = SetWithLabels({0, 1, 2, 3});
  // Room for about two images of 192 bytes.
  ASSERT_OK_AND_ASSIGN(
      std::unique_ptr<DonorImages> images,
      DonorImages::Open(set, {.image_size = kSize, .cache_bytes = 700}));
  for (const int64_t position : {0, 1, 0, 2, 0, 3, 1, 1, 0}) {
    ASSERT_OK_AND_ASSIGN(std::shared_ptr<const Donor> donor,
                         images->Get(position));
    EXPECT_EQ(donor->image, NumberedImage(position, kSize));
  }
}

TEST(DonorImages, KeepsWhatWasUsedLast) {
  const RecordSet set = SetWithLabels({0, 1});
  ASSERT_OK_AND_ASSIGN(
      std::unique_ptr<DonorImages> images,
      DonorImages::Open(set, {.image_size = kSize, .cache_bytes = 1 << 20}));
  ASSERT_OK_AND_ASSIGN(std::shared_ptr<const Donor> first, images->Get(0));
  ASSERT_OK_AND_ASSIGN(std::shared_ptr<const Donor> again, images->Get(0));
  EXPECT_EQ(first, again);
}

TEST(DonorImages, SaysWhichDonorHasAnotherSize) {
  const RecordSet set = SetWithLabels({0, 1});
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<DonorImages> images,
                       DonorImages::Open(set, {.image_size = 16}));
  EXPECT_THAT(images->Get(1), StatusIs(absl::StatusCode::kFailedPrecondition,
                                       HasSubstr("image-1")));
}

TEST(DonorImages, GivesIdAndLabelsOfALongRecordToo) {
  std::vector<v1::ImageRecord> records;
  for (const size_t length : {0u, 400u, 511u, 2000u}) {
    records.push_back(NumberedRecord(static_cast<int64_t>(length), 3, kSize));
    records.back().set_source(std::string(length, 's'));
    records.back().add_other_labels(7);
  }
  const RecordSet set = WriteImageSet(TestDirectory(), records, 2);
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<DonorImages> images,
                       DonorImages::Open(set, {.image_size = kSize}));
  for (size_t i = 0; i < records.size(); ++i) {
    ASSERT_OK_AND_ASSIGN(const Donor donor,
                         images->GetWithoutPixels(static_cast<int64_t>(i)));
    EXPECT_EQ(donor.id, records[i].id());
    EXPECT_THAT(donor.labels, ElementsAre(3, 7));
    EXPECT_TRUE(donor.image.pixels.empty());
  }
}

TEST(ParseBeforePayload, NeedsThePayloadsBeginning) {
  v1::ImageRecord record = NumberedRecord(3, 2, kSize);
  record.set_source("a/b.jpg");
  v1::ImageRecord expected = record;
  expected.clear_pixels();
  const std::string bytes = record.SerializeAsString();
  const size_t fields = expected.SerializeAsString().size();
  for (size_t size = 0; size <= fields; ++size) {
    EXPECT_FALSE(ParseBeforePayload(bytes.substr(0, size)).has_value());
  }
  const auto parsed = ParseBeforePayload(bytes.substr(0, fields + 1));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->SerializeAsString(), expected.SerializeAsString());
}

TEST(ParseWithoutPayload, KeepsEverythingElse) {
  v1::ImageRecord record = NumberedRecord(3, 2, kSize);
  record.add_other_labels(9);
  record.set_source("a/b.jpg");
  v1::ImageRecord expected = record;
  expected.clear_pixels();
  ASSERT_OK_AND_ASSIGN(const v1::ImageRecord parsed,
                       ParseWithoutPayload(record.SerializeAsString()));
  EXPECT_EQ(parsed.SerializeAsString(), expected.SerializeAsString());
}

TEST(ParseWithoutPayload, RejectsDamageWithoutReadingBeyondTheEnd) {
  const std::string bytes = NumberedRecord(3, 2, 2).SerializeAsString();
  for (size_t size = 0; size < bytes.size(); ++size) {
    // A cut between two fields is a shorter message: only not crashing counts.
    (void)ParseWithoutPayload(bytes.substr(0, size));
  }
  EXPECT_THAT(ParseWithoutPayload(bytes.substr(0, bytes.size() - 1)),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(ParseWithoutPayload("\x0f"),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace maskfill
