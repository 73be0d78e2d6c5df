#include "ingest/verify_images.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/work/work.h"
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
                       ListSource({.layout = Layout::kFolder, .path = dir}));
  ASSERT_OK_AND_ASSIGN(const VerifyReport report,
                       VerifyImages(list, 2, ProgressMode::kNone));
  EXPECT_EQ(report.images, 7);
  EXPECT_THAT(report.images_per_class, ElementsAre(2, 2, 3));
  ASSERT_EQ(report.bad.size(), 3u);
  EXPECT_EQ(report.bad[0].path, "ant/2.png");
  EXPECT_THAT(report.bad[0].reason, HasSubstr("empty"));
  EXPECT_EQ(report.bad[1].path, "bee/0.png");
  EXPECT_THAT(report.bad[2].reason, HasSubstr("FIFO"));
  EXPECT_THAT(
      ToText(report),
      AllOf(
          HasSubstr("cat\t3\n"), HasSubstr("unusable\tbee/0.png\t"),
          HasSubstr("total\t7 images of 3 of 3 classes, 3 unusable, "
                    "0 with warnings, 0 rotated by EXIF, 0 of "
                    "several frames, 0 duplicates; 0 errors, 0 deviations\n")));
}

// One of each: errors do not hide each other.
TEST(VerifyImages, ReportsEverythingInOneGo) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir, 2);
  WriteTestFile(dir + "/ant/copy.png", TestPng(1));
  WriteTestFile(dir + "/cat/copy.png", TestPng(1));
  WriteTestFile(dir + "/cat/\xE4.png", TestPng(9));
  WriteTestFile(dir + "/dog.tar", "");
  WriteTestFile(dir + "/bee/list.txt", "");
  WriteTestFile(dir + "/.DS_Store", "");
  ASSERT_OK(MakeDirectories(dir + "/eel"));
  ASSERT_EQ(symlink("/nowhere", (dir + "/fly").c_str()), 0);
  ASSERT_EQ(symlink("/nowhere", (dir + "/bee/link.png").c_str()), 0);
  // A regular file that the system fails to read.
  ASSERT_EQ(symlink("/proc/self/mem", (dir + "/bee/mem.png").c_str()), 0);
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       ListSource({.layout = Layout::kFolder, .path = dir}));
  ASSERT_OK_AND_ASSIGN(const VerifyReport report,
                       VerifyImages(list, 1, ProgressMode::kNone));
  EXPECT_THAT(
      ToText(report),
      AllOf(HasSubstr("error\t\"" + dir + "/dog.tar\" is an archive"),
            HasSubstr("error\t\"" + dir + "/fly\" is a link to nothing"),
            HasSubstr("error\t\"" + dir + "/bee\" holds 1 file that is"),
            HasSubstr("deviation\t\"" + dir + "/eel\" holds no images"),
            HasSubstr("left out\t1 (.DS_Store), hidden"),
            HasSubstr("unusable\tbee/link.png\tit is a link to nothing"),
            HasSubstr("unusable\tbee/mem.png\tcannot read"),
            HasSubstr("unusable\tcat/\\xe4.png\tthe path is no UTF-8")));
  EXPECT_THAT(ToText(report),
              AllOf(HasSubstr("duplicate\tant/copy.png\tsame contents as "
                              "ant/1.png\n"),
                    HasSubstr("duplicate\tcat/copy.png\tsame contents as "
                              "ant/1.png, of another class\n"),
                    HasSubstr("total\t8 images of 3 of 4 classes, 3 unusable"),
                    HasSubstr("2 duplicates; 3 errors, 1 deviations")));
  const v1::Manifest manifest = ToManifest(report);
  EXPECT_EQ(CounterOf(manifest, "errors"), 3);
  EXPECT_EQ(CounterOf(manifest, "images"), 8);
  EXPECT_THAT(NoteOf(manifest, "deviation"), HasSubstr("holds no images"));
  EXPECT_EQ(manifest.shards(0).bad_records_size(), 3);
}

TEST(CheckVerifyReport, IsAnErrorForErrorsAndDeviations) {
  VerifyReport report;
  report.duplicates = {{.path = "ant/2.png", .first = "ant/1.png"}};
  EXPECT_OK(CheckVerifyReport(report, 0));
  report.findings.deviations = {"there are 2 images"};
  EXPECT_THAT(
      CheckVerifyReport(report, 9),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("there are 2 images")));
  report.findings.errors = {absl::InvalidArgumentError("(eel)")};
  EXPECT_THAT(CheckVerifyReport(report, 9),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("1 error, the first: (eel)")));
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
