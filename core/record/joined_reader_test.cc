#include "core/record/joined_reader.h"

#include <memory>
#include <string>
#include <vector>

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
using ImagesAndCams = JoinedReader<v1::ImageRecord, v1::CamRecord>;

class JoinedReaderTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<ImagesAndCams>> OpenShard0(const Ids& images,
                                                            const Ids& cams) {
    const std::string dir = TestDirectory();
    WriteTestCams(dir + "/cams", WriteTestImages(dir + "/images", images),
                  cams);
    ASSIGN_OR_RETURN(const RecordSet a, RecordSet::Open(dir + "/images", ""));
    ASSIGN_OR_RETURN(const RecordSet b, RecordSet::Open(dir + "/cams", ""));
    return ImagesAndCams::Open(a, b, 0);
  }

  v1::ImageRecord image_;
  v1::CamRecord cam_;
};

TEST_F(JoinedReaderTest, GivesPairs) {
  ASSERT_OK_AND_ASSIGN(auto reader,
                       OpenShard0({{"a", "b"}, {"c"}}, {{"a", "b"}, {"c"}}));
  ASSERT_OK(reader->Next(&image_, &cam_));
  EXPECT_EQ(image_.id(), "a");
  EXPECT_EQ(cam_.id(), "a");
  ASSERT_OK(reader->Next(&image_, &cam_));
  EXPECT_EQ(cam_.id(), "b");
  EXPECT_THAT(reader->Next(&image_, &cam_),
              StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(JoinedReaderTest, NamesBothFilesAndIdsOfAMismatch) {
  ASSERT_OK_AND_ASSIGN(auto reader, OpenShard0({{"a", "b"}}, {{"a", "x"}}));
  ASSERT_OK(reader->Next(&image_, &cam_));
  EXPECT_THAT(reader->Next(&image_, &cam_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("images-00000-of-00001.tfrecord"),
                             HasSubstr("cams-00000-of-00001.tfrecord"),
                             HasSubstr("\"b\""), HasSubstr("\"x\""))));
}

TEST_F(JoinedReaderTest, RefusesShardsOfDifferentLength) {
  EXPECT_THAT(OpenShard0({{"a", "b"}}, {{"a"}}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("has 2 records"), HasSubstr("has 1"))));
}

TEST_F(JoinedReaderTest, RefusesSetsOfDifferentNumbersOfShards) {
  EXPECT_THAT(OpenShard0({{"a"}, {"b"}}, {{"a", "b"}}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("has 2 shards"), HasSubstr("has 1"))));
}

}  // namespace
}  // namespace maskfill
