#include "mask_tool/source_reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/numbered_images.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

class SourceReaderTest : public testing::Test {
 protected:
  SourceReaderTest() : dir_(TestDirectory()) {
    for (int64_t i = 0; i < 5; ++i) {
      images_.push_back(NumberedRecord(i, i % 2, 8));
      images_.back().set_group("behind the pixels");
    }
  }

  MaskInputs Inputs(bool with_cams, int64_t renamed = -1) {
    RecordSet images = WriteImageSet(JoinPath(dir_, "images"), images_, 2);
    MaskInputs inputs{std::move(images), std::nullopt, std::nullopt};
    if (!with_cams) return inputs;
    std::vector<v1::CamRecord> cams;
    for (const v1::ImageRecord& image : images_) {
      cams.push_back(CamFor(image, {0.1f, 0.2f, 0.3f, 1.0f}));
    }
    if (renamed >= 0) cams[static_cast<size_t>(renamed)].set_id("other");
    inputs.cams = WriteCamSet(JoinPath(dir_, "cams"), inputs.images, cams);
    return inputs;
  }

  const std::string dir_;
  std::vector<v1::ImageRecord> images_;
};

TEST_F(SourceReaderTest, GivesImagesCamsAndPositionsOfEveryShard) {
  for (const bool with_cams : {false, true}) {
    const MaskInputs inputs = Inputs(with_cams);
    for (const bool with_pixels : {false, true}) {
      int64_t position = 0;
      for (int64_t shard = 0; shard < 2; ++shard) {
        ASSERT_OK_AND_ASSIGN(const auto reader,
                             SourceReader::Open(inputs, shard, with_pixels));
        while (true) {
          ASSERT_OK_AND_ASSIGN(const std::optional<Source> source,
                               reader->Next());
          if (!source.has_value()) break;
          v1::ImageRecord expected = images_[static_cast<size_t>(position)];
          if (!with_pixels) expected.clear_pixels();
          EXPECT_EQ(source->image.SerializeAsString(),
                    expected.SerializeAsString());
          EXPECT_EQ(source->position, position);
          ASSERT_EQ(source->cam.has_value(), with_cams);
          if (with_cams) {
            EXPECT_EQ(source->cam->id(), expected.id());
          }
          ++position;
        }
      }
      EXPECT_EQ(position, 5);
    }
  }
}

TEST_F(SourceReaderTest, FindsDamageInPixelsThatItLeavesOut) {
  const MaskInputs inputs = Inputs(/*with_cams=*/true);
  const std::string path = inputs.images.ShardPath(0);
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(path));
  bytes[bytes.size() / 4] ^= 1;
  ASSERT_OK(WriteFileUnsynced(path, bytes));
  ASSERT_OK_AND_ASSIGN(const auto reader,
                       SourceReader::Open(inputs, 0, /*with_pixels=*/false));
  EXPECT_THAT(reader->Next(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)));
}

TEST_F(SourceReaderTest, RefusesCamsOfOtherImagesAndOtherVersions) {
  for (const bool with_pixels : {false, true}) {
    const MaskInputs inputs = Inputs(/*with_cams=*/true, /*renamed=*/0);
    ASSERT_OK_AND_ASSIGN(const auto reader,
                         SourceReader::Open(inputs, 0, with_pixels));
    EXPECT_THAT(reader->Next(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                         HasSubstr("other")));
    ASSERT_OK(RemoveTree(JoinPath(dir_, "images")));
    ASSERT_OK(RemoveTree(JoinPath(dir_, "cams")));
  }
  images_[0].set_schema_version(7);
  const MaskInputs inputs = Inputs(/*with_cams=*/false);
  ASSERT_OK_AND_ASSIGN(const auto reader,
                       SourceReader::Open(inputs, 0, /*with_pixels=*/false));
  EXPECT_THAT(reader->Next(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                       HasSubstr("record 0 at byte 0")));
}

}  // namespace
}  // namespace maskfill
