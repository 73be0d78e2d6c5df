#include "core/record/joined_reader.h"

#include <memory>
#include <string>
#include <vector>

#include "core/base/status_macros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_records.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Ids = std::vector<std::vector<std::string>>;

// Shard 0 of images and CAMs, read in lockstep.
class JoinTest : public testing::Test {
 protected:
  absl::Status OpenShard0(const Ids& images, const Ids& cams) {
    const std::string dir = TestDirectory();
    WriteTestCams(dir + "/cams", WriteTestImages(dir + "/images", images),
                  cams);
    ASSIGN_OR_RETURN(const RecordSet a, RecordSet::Open(dir + "/images", ""));
    ASSIGN_OR_RETURN(const RecordSet b, RecordSet::Open(dir + "/cams", ""));
    RETURN_IF_ERROR(CheckJoinable(a, b, 0));
    ASSIGN_OR_RETURN(images_, a.OpenShard(0));
    ASSIGN_OR_RETURN(cams_, b.OpenShard(0));
    return absl::OkStatus();
  }
  absl::Status Next() {
    const absl::Status image = images_->Next(&image_);
    return JoinStatus(*images_, image, *cams_, cams_->Next(&cam_));
  }

  std::unique_ptr<RecordReader> images_, cams_;
  v1::ImageRecord image_;
  v1::CamRecord cam_;
};

TEST_F(JoinTest, IsOverWhenBothAre) {
  ASSERT_OK(OpenShard0({{"a", "b"}, {"c"}}, {{"a", "b"}, {"c"}}));
  ASSERT_OK(Next());
  ASSERT_OK(Next());
  EXPECT_EQ(image_.id(), "b");
  EXPECT_EQ(cam_.id(), "b");
  EXPECT_THAT(Next(), StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(JoinTest, SaysWhichShardEndsFirst) {
  ASSERT_OK(OpenShard0({{"a"}}, {{"a"}}));
  const absl::Status over = absl::OutOfRangeError("over");
  ASSERT_OK(Next());
  EXPECT_THAT(JoinStatus(*images_, over, *cams_, absl::OkStatus()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("images-00000-of-00001.tfrecord ends before "
                                 "record 0, but")));
}

TEST_F(JoinTest, NamesBothFilesAndIdsOfAMismatch) {
  ASSERT_OK(OpenShard0({{"a", "b"}}, {{"a", "x"}}));
  ASSERT_OK(Next());
  ASSERT_OK(Next());
  EXPECT_THAT(IdMismatch(*images_, image_.id(), *cams_, cam_.id()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("images-00000-of-00001.tfrecord"),
                             HasSubstr("cams-00000-of-00001.tfrecord"),
                             HasSubstr("\"b\""), HasSubstr("\"x\""))));
}

TEST_F(JoinTest, RefusesShardsOfDifferentLength) {
  EXPECT_THAT(OpenShard0({{"a", "b"}}, {{"a"}}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("has 2 records"), HasSubstr("has 1"))));
}

TEST_F(JoinTest, RefusesSetsOfDifferentNumbersOfShards) {
  EXPECT_THAT(OpenShard0({{"a"}, {"b"}}, {{"a", "b"}}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("has 2 shards"), HasSubstr("has 1"))));
}

}  // namespace
}  // namespace maskfill
