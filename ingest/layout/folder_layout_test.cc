#include <unistd.h>

#include <string>
#include <vector>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ingest/classes/imagenet_classes.h"
#include "ingest/image_list.h"
#include "ingest/layout/layout.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_images.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<ImageList> ListFolder(const std::string& source,
                                     const std::string& classes = "") {
  return ListImages(
      {.layout = Layout::kFolder, .path = source, .classes_file = classes});
}

std::vector<std::string> Paths(const ImageList& list) {
  std::vector<std::string> paths;
  for (const ImageFile& file : list.files) paths.push_back(file.path);
  return paths;
}

TEST(FolderLayout, NumbersSortedFolders) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/bee/1.png", "1");
  WriteTestFile(dir + "/bee/deep/2.JPG", "22");
  WriteTestFile(dir + "/Ant/3.webp", "333");
  WriteTestFile(dir + "/.cache/x.png", "");
  WriteTestFile(dir + "/bee/.DS_Store", "");
  WriteTestFile(dir + "/notes.txt", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list, ListFolder(dir));
  EXPECT_THAT(list.class_keys, ElementsAre("Ant", "bee"));
  EXPECT_THAT(list.class_names, IsEmpty());
  EXPECT_THAT(Paths(list),
              ElementsAre("Ant/3.webp", "bee/1.png", "bee/deep/2.JPG"));
  EXPECT_EQ(list.files[0].label, 0);
  EXPECT_EQ(list.files[0].stamp.bytes, 3);
  EXPECT_EQ(list.files[2].label, 1);
}

TEST(FolderLayout, FindsImagesByTheSuffixesOfTheFormats) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/ant/1.png", "1");
  WriteTestFile(dir + "/bee/2.GIF", "2");
  WriteTestFile(dir + "/bee/3.tif", "3");
  EXPECT_THAT(ListFolder(dir),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("or take it by "
                                 "--formats=jpeg,png,webp,gif,tiff")));
  SourceOptions options = {.layout = Layout::kFolder, .path = dir};
  options.admitted.formats.insert({ImageFormat::kGif, ImageFormat::kTiff});
  ASSERT_OK_AND_ASSIGN(const ImageList list, ListImages(options));
  EXPECT_THAT(Paths(list), ElementsAre("ant/1.png", "bee/2.GIF", "bee/3.tif"));
}

TEST(FolderLayout, TakesTheOrderOfTheClassesFile) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 1);
  const std::string classes = dir + "/classes.json";
  WriteTestFile(classes, R"(["dog", "cat", "bee", "ant"])");
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       ListFolder(dir + "/data", classes));
  EXPECT_THAT(list.class_keys, ElementsAre("dog", "cat", "bee", "ant"));
  EXPECT_THAT(Paths(list), ElementsAre("cat/0.png", "bee/0.png", "ant/0.png"));
  EXPECT_EQ(list.files[0].label, 1);
}

TEST(FolderLayout, RefusesAnUnfittingClassesFile) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 1);
  const std::string classes = dir + "/classes.json";
  EXPECT_THAT(ListFolder(dir + "/data", classes),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(classes)));
  WriteTestFile(classes, R"(["ant", "bee"])");
  EXPECT_THAT(ListFolder(dir + "/data", classes),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("(cat)")));
  for (const char* bad : {"[", "{}", "[]", "[1]"}) {
    WriteTestFile(classes, bad);
    EXPECT_THAT(ListFolder(dir + "/data", classes),
                StatusIs(absl::StatusCode::kDataLoss,
                         HasSubstr("JSON list of folder names")))
        << bad;
  }
  WriteTestFile(classes, R"(["ant", "ant", "bee", "cat"])");
  EXPECT_THAT(ListFolder(dir + "/data", classes),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("twice")));
}

TEST(FolderLayout, SaysWhatIsMissing) {
  const std::string dir = TestDirectory();
  EXPECT_THAT(ListFolder(dir + "/none"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/none")));
  EXPECT_THAT(ListFolder(dir),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no folders")));
  ASSERT_OK(MakeDirectories(dir + "/ant"));
  EXPECT_THAT(ListImages({.path = dir, .ignore = {"a*"}}),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("no folders"),
                             HasSubstr("1 (ant), matched by --ignore=a*"))));
  EXPECT_THAT(ListFolder(dir),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no images")));
  WriteTestFile(dir + "/file", "");
  EXPECT_THAT(
      ListFolder(dir + "/file"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is a file")));
}

TEST(FolderLayout, RefusesSplitsInPlaceOfClasses) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/train/ant/0.png", "");
  WriteTestFile(dir + "/val/ant/0.png", "");
  EXPECT_THAT(ListFolder(dir),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("train, val"),
                             HasSubstr("--source=" + dir + "/train"))));
}

TEST(FolderLayout, RefusesFilesThatAreNoImagesByName) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir, 1);
  WriteTestFile(dir + "/bee/list.txt", "");
  EXPECT_THAT(ListFolder(dir),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("bee/list.txt"), HasSubstr(".jpeg"))));
}

TEST(FolderLayout, RefusesImagesOutsideTheFolders) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir, 1);
  WriteTestFile(dir + "/stray.jpg", "");
  EXPECT_THAT(ListFolder(dir),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("stray.jpg")));
}

// Three classes; one is gone and the labels would move up.
TEST(FolderLayout, RefusesALinkToNothingInAClasssPlace) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir, 1);
  ASSERT_OK(RemoveTree(dir + "/bee"));
  ASSERT_EQ(symlink("/nowhere/bee", (dir + "/bee").c_str()), 0);
  EXPECT_THAT(ListFolder(dir),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("/bee\" is a link to nothing"),
                             HasSubstr("--ignore=bee"))));
  // Once it leads somewhere, it is a class.
  ASSERT_OK(RemoveFile(dir + "/bee"));
  ASSERT_EQ(symlink("cat", (dir + "/bee").c_str()), 0);
  ASSERT_OK_AND_ASSIGN(const ImageList list, ListFolder(dir));
  EXPECT_THAT(Paths(list), ElementsAre("ant/0.png", "bee/0.png", "cat/0.png"));
}

TEST(FolderLayout, RefusesAnArchiveInAClasssPlace) {
  for (const char* name : {"dog.tar", "dog.TAR.GZ", "dog.zip"}) {
    const std::string dir = TestDirectory();
    WriteClassFolders(dir, 1);
    WriteTestFile(dir + "/" + name, "");
    EXPECT_THAT(ListFolder(dir), StatusIs(absl::StatusCode::kDataLoss,
                                          HasSubstr("is an archive")));
    EXPECT_OK(ListImages({.path = dir, .ignore = {"dog.*"}}));
  }
}

TEST(FolderLayout, NotesWhatItLeavesOut) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir, 1);
  WriteTestFile(dir + "/__MACOSX/ant/._0.png", "");
  WriteTestFile(dir + "/README.txt", "");
  WriteTestFile(dir + "/ant/.DS_Store", "");
  WriteTestFile(dir + "/ant/list.csv", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       ListImages({.path = dir, .ignore = {"*.csv"}}));
  EXPECT_THAT(list.class_keys, ElementsAre("ant", "bee", "cat"));
  std::vector<std::string> left_out;
  for (const auto& entry : list.findings.left_out) {
    left_out.push_back(ToText(entry));
  }
  EXPECT_THAT(
      left_out,
      ElementsAre("1 (README.txt), no folder, beside the class folders",
                  "1 (__MACOSX), left behind by an archiver or a file system",
                  "1 (ant/.DS_Store), hidden: the name begins with a dot",
                  "1 (ant/list.csv), matched by --ignore=*.csv"));
}

TEST(FolderLayout, KnowsSplitsByOtherNamesAndBesideClasses) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/training/ant/0.png", "");
  WriteTestFile(dir + "/Testing/ant/0.png", "");
  EXPECT_THAT(ListFolder(dir),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("are splits (Testing, training)")));
  WriteTestFile(dir + "/extra/0.png", "");
  EXPECT_THAT(ListFolder(dir), StatusIs(absl::StatusCode::kInvalidArgument,
                                        HasSubstr("2 of 3 folders")));
  // A class of that name, and two that a list says to be classes.
  ASSERT_OK(RemoveTree(dir + "/Testing"));
  EXPECT_OK(ListFolder(dir));
  WriteTestFile(dir + "/test/0.png", "");
  EXPECT_THAT(ListFolder(dir), StatusIs(absl::StatusCode::kInvalidArgument));
  const std::string classes = dir + "/classes.json";
  WriteTestFile(classes, R"(["extra", "training", "test"])");
  EXPECT_OK(ListFolder(dir, classes));
}

TEST(FolderLayout, RefusesImagenetV2AndDoubtsOtherNumbers) {
  const std::string dir = TestDirectory();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_OK(MakeDirectories(dir + "/" + std::to_string(i)));
  }
  WriteTestFile(dir + "/0/a.png", "");
  EXPECT_THAT(ListFolder(dir), StatusIs(absl::StatusCode::kInvalidArgument,
                                        HasSubstr("--layout=imagenet_v2")));
  ASSERT_OK(RemoveTree(dir + "/999"));
  ASSERT_OK_AND_ASSIGN(const ImageList list, ListFolder(dir));
  EXPECT_THAT(list.findings.deviations[0],
              HasSubstr("are numbers (0, 1, 10, 100, 101 and 994 more)"));
  const std::string ten = dir + "/ten";
  for (int i = 0; i < 10; ++i) {
    WriteTestFile(ten + "/" + std::to_string(i) + "/a.png", "");
  }
  ASSERT_OK_AND_ASSIGN(const ImageList digits, ListFolder(ten));
  EXPECT_THAT(digits.findings.deviations, IsEmpty());
}

TEST(FolderLayout, DoubtsTheClassesOfImagenetA) {
  const std::string dir = TestDirectory();
  for (const int64_t label : LabelsOf(ImagenetSubset::kA)) {
    ASSERT_OK(MakeDirectories(dir + "/" + ImagenetClasses()[label].wnid));
  }
  WriteTestFile(dir + "/n01498041/a.png", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list, ListFolder(dir));
  EXPECT_THAT(list.findings.deviations[0], HasSubstr("--layout=imagenet_a"));
}

TEST(FolderLayout, DoubtsFoldersThatHoldTheSameFolders) {
  const std::string dir = TestDirectory();
  for (const char* path : {"fold1/ant", "fold1/bee/x", "fold2/ant"}) {
    WriteTestFile(dir + "/" + path + "/0.png", "");
  }
  ASSERT_OK_AND_ASSIGN(const ImageList other, ListFolder(dir));
  EXPECT_THAT(other.findings.deviations, IsEmpty());
  WriteTestFile(dir + "/fold2/bee/x/0.png", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list, ListFolder(dir));
  EXPECT_THAT(list.findings.deviations,
              ElementsAre(AllOf(HasSubstr("(fold1, fold2)"),
                                HasSubstr("(ant/, bee/x/)"),
                                HasSubstr("--source=" + dir + "/fold1"))));
  // With an image of its own a folder is a class.
  WriteTestFile(dir + "/fold1/0.png", "");
  ASSERT_OK_AND_ASSIGN(const ImageList classes, ListFolder(dir));
  EXPECT_THAT(classes.findings.deviations, IsEmpty());
}

// As Tiny ImageNet's training set.
TEST(FolderLayout, TakesOneFolderInEachClass) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/ant/images/0.png", "");
  WriteTestFile(dir + "/bee/images/0.png", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list, ListFolder(dir));
  EXPECT_THAT(list.findings.deviations, IsEmpty());
}

TEST(FolderLayout, NamesClassesOfAFileThatHaveNoImages) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/data/bee/0.png", "");
  WriteTestFile(dir + "/classes.json", R"(["ant", "bee", "cat"])");
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       ListFolder(dir + "/data", dir + "/classes.json"));
  EXPECT_THAT(list.findings.deviations,
              ElementsAre("no image is of 2 of the 3 classes (ant, cat)"));
}

TEST(FolderLayout, DoubtsASingleFolder) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/data", 1);
  ASSERT_OK_AND_ASSIGN(const ImageList list, ListFolder(dir));
  EXPECT_THAT(list.findings.deviations,
              ElementsAre(HasSubstr("\"data\" is the only folder")));
}

}  // namespace
}  // namespace maskfill
