#include "ingest/verify_images.h"

#include <sys/stat.h>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ingest/layout/layout.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_images.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(VerifyImages, CountsImagesPerClassAndListsAllBadOnes) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir, 3);
  WriteTestFile(dir + "/ant/2.png", "");
  WriteTestFile(dir + "/bee/0.png", TestPng(0).substr(0, 70));
  ASSERT_EQ(mkfifo((dir + "/cat/9.png").c_str(), 0600), 0);
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       ListImages(Layout::kFolder, dir, "train", ""));
  ASSERT_OK_AND_ASSIGN(const VerifyReport report,
                       VerifyImages(list, 2, ProgressMode::kNone));
  EXPECT_EQ(report.images, 7);
  EXPECT_THAT(report.images_per_class, ElementsAre(2, 2, 3));
  ASSERT_EQ(report.bad.size(), 3u);
  EXPECT_EQ(report.bad[0].path, "ant/2.png");
  EXPECT_THAT(report.bad[0].reason, HasSubstr("empty"));
  EXPECT_EQ(report.bad[1].path, "bee/0.png");
  EXPECT_THAT(report.bad[2].reason, HasSubstr("FIFO"));
  EXPECT_THAT(ToText(report),
              AllOf(HasSubstr("cat\t3\n"), HasSubstr("unusable\tbee/0.png\t"),
                    HasSubstr("total\t7 images of 3 of 3 classes, 3 unusable, "
                              "0 with warnings\n")));
}

TEST(CheckVerifyReport, AllowsWhatMaxBadRecordsAllows) {
  VerifyReport report;
  EXPECT_OK(CheckVerifyReport(report, 0));
  report.bad = {{"ant/2.png", "the file is empty"}};
  EXPECT_OK(CheckVerifyReport(report, 1));
  EXPECT_THAT(CheckVerifyReport(report, 0),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("1 image is unusable, the first is ant/2.png:"
                                 " the file is empty")));
}

}  // namespace
}  // namespace maskfill
