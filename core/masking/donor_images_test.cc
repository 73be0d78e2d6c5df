#include "core/masking/donor_images.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/image/record_pixels.h"
#include "core/masking/refill.h"
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

constexpr PatchGrid kGrid = {.rows = 4, .cols = 4, .patch_size_px = 2};

RecordSet SetWithLabels(const std::vector<int64_t>& labels) {
  std::vector<v1::ImageRecord> records;
  for (size_t i = 0; i < labels.size(); ++i) {
    records.push_back(
        NumberedRecord(static_cast<int64_t>(i), labels[i], kSize));
  }
  return WriteImageSet(TestDirectory(), records, 2);
}

// A black image with `patches` of image `number`.
Image Black(int64_t number, const std::vector<int64_t>& patches) {
  Image image(kSize, kSize);
  CopyPatches(kGrid, patches, NumberedImage(number, kSize), &image);
  return image;
}

// What CopyPatches makes of a black image.
absl::StatusOr<Image> Copied(const DonorImages& images, int64_t position,
                             const std::vector<int64_t>& patches) {
  Image image(kSize, kSize);
  ASSIGN_OR_RETURN(const std::string id,
                   images.CopyPatches(position, kGrid, patches, &image));
  EXPECT_EQ(id, absl::StrCat("image-", position));
  return image;
}

// Makes the last pixels of every shard black.
void Damage(const RecordSet& set) {
  for (int64_t shard = 0; shard < set.num_shards(); ++shard) {
    ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(set.ShardPath(shard)));
    bytes[bytes.size() - 5] = '\0';  // before the checksum's four bytes
    // The same file, which is open.
    ASSERT_OK(WriteFileUnsynced(set.ShardPath(shard), bytes));
  }
}

TEST(DonorImages, GivesIdAndLabelsByPosition) {
  const RecordSet set = SetWithLabels({4, 5, 6, 7, 8});
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<DonorImages> images,
                       DonorImages::Open(set, {.image_size = kSize}));
  ASSERT_EQ(images->size(), 5);
  for (const int64_t position : {4, 0, 2, 3, 1}) {
    ASSERT_OK_AND_ASSIGN(const Donor donor, images->Get(position));
    EXPECT_EQ(donor.id, absl::StrCat("image-", position));
    EXPECT_THAT(donor.labels, ElementsAre(4 + position));
    for (int repetition = 0; repetition < 2; ++repetition) {
      EXPECT_THAT(images->Id(position), IsOkAndHolds(donor.id));
    }
  }
  for (const int64_t position : {-1, 5}) {
    EXPECT_THAT(images->Get(position), StatusIs(absl::StatusCode::kOutOfRange));
    EXPECT_THAT(images->Id(position), StatusIs(absl::StatusCode::kOutOfRange));
  }
}

TEST(DonorImages, CopiesPatchesOfAnyImageFirstAndLaterAndThroughACache) {
  const RecordSet set = SetWithLabels({0, 1, 2, 3});
  const std::vector<int64_t> some[] = {{0}, {15}, {5, 6, 9}, {}, {3, 12}};
  // None, room for about two images of 192 bytes, and for all.
  for (const int64_t cache_bytes : {0, 700, 1 << 20}) {
    ASSERT_OK_AND_ASSIGN(std::unique_ptr<DonorImages> images,
                         DonorImages::Open(set, {.image_size = kSize,
                                                 .cache_bytes = cache_bytes}));
    for (const std::vector<int64_t>& patches : some) {
      for (const int64_t position : {0, 1, 0, 2, 0, 3, 1, 1, 0}) {
        EXPECT_THAT(Copied(*images, position, patches),
                    IsOkAndHolds(Black(position, patches)));
      }
    }
    Image image(kSize, kSize);
    EXPECT_THAT(images->CopyPatches(4, kGrid, {0}, &image),
                StatusIs(absl::StatusCode::kOutOfRange));
  }
}

TEST(DonorImages, FindsDamageInPixelsThatItDoesNotCopy) {
  const RecordSet set = SetWithLabels({0, 1});
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<DonorImages> images,
                       DonorImages::Open(set, {.image_size = kSize}));
  Damage(set);
  EXPECT_THAT(
      Copied(*images, 1, {0}),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("donor at position 1")));
  EXPECT_THAT(Copied(*images, 1, {0}), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(DonorImages, ReadsAnImageAgainOnlyWhenTheCacheHasNoRoom) {
  const RecordSet set = SetWithLabels({0, 1});
  const auto open = [&set](int64_t cache_bytes) {
    return DonorImages::Open(set,
                             {.image_size = kSize, .cache_bytes = cache_bytes});
  };
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<DonorImages> large, open(1 << 20));
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<DonorImages> small, open(300));
  for (const auto* images : {large.get(), small.get()}) {
    EXPECT_OK(Copied(*images, 0, {0}));
    EXPECT_OK(Copied(*images, 1, {0}));
  }
  Damage(set);
  EXPECT_THAT(Copied(*large, 0, {15}), IsOkAndHolds(Black(0, {15})));
  EXPECT_THAT(Copied(*small, 0, {15}), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(DonorImages, SaysWhichDonorHasAnotherSize) {
  const RecordSet set = SetWithLabels({0, 1});
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<DonorImages> images,
                       DonorImages::Open(set, {.image_size = 16}));
  Image image(16, 16);
  const PatchGrid grid = {.rows = 4, .cols = 4, .patch_size_px = 4};
  EXPECT_THAT(
      images->CopyPatches(1, grid, {0}, &image),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("image-1")));
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
                         images->Get(static_cast<int64_t>(i)));
    EXPECT_EQ(donor.id, records[i].id());
    EXPECT_THAT(donor.labels, ElementsAre(3, 7));
    for (int repetition = 0; repetition < 2; ++repetition) {
      Image image(kSize, kSize);
      EXPECT_THAT(
          images->CopyPatches(static_cast<int64_t>(i), kGrid, {2, 9}, &image),
          IsOkAndHolds(records[i].id()));
      Image expected(kSize, kSize);
      ASSERT_OK_AND_ASSIGN(const Image whole,
                           PixelsFromRecord(records[i], kSize));
      CopyPatches(kGrid, {2, 9}, whole, &expected);
      EXPECT_EQ(image, expected);
    }
  }
}

TEST(FindPixels, NeedsTheirBeginningAndSizesThatFit) {
  v1::ImageRecord record = NumberedRecord(3, 2, kSize);
  record.set_source("a/b.jpg");
  record.set_group("behind the pixels");
  const std::string bytes = record.SerializeAsString();
  const size_t begin = bytes.find(record.pixels().data());
  for (size_t size = 0; size < begin; ++size) {
    EXPECT_FALSE(FindPixels(bytes.substr(0, size)).has_value()) << size;
  }
  const auto stored = FindPixels(bytes.substr(0, begin));
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(stored->height, kSize);
  EXPECT_EQ(stored->width, kSize);
  EXPECT_EQ(stored->offset, static_cast<int64_t>(begin));
  record.mutable_pixels()->set_width(kSize + 1);
  EXPECT_FALSE(FindPixels(record.SerializeAsString()).has_value());
  record.mutable_encoded()->set_data("a file");
  EXPECT_FALSE(FindPixels(record.SerializeAsString()).has_value());
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
