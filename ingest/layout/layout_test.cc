#include "ingest/layout/layout.h"

#include <string>
#include <vector>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
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
  return ListImages(Layout::kFolder, source, "train", classes);
}

absl::StatusOr<ImageList> ListImagenet(const std::string& source,
                                       const std::string& split) {
  return ListImages(Layout::kImagenet, source, split, "");
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

TEST(ImagenetLayout, KeepsTheThousandLabelsOfASample) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/val/n02123045/b.JPEG", "");
  WriteTestFile(dir + "/val/n01440764/a.JPEG", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list, ListImagenet(dir, "val"));
  EXPECT_EQ(list.class_keys.size(), 1000u);
  EXPECT_EQ(list.class_names[281], "tabby cat");
  EXPECT_THAT(Paths(list),
              ElementsAre("val/n01440764/a.JPEG", "val/n02123045/b.JPEG"));
  EXPECT_EQ(list.files[0].label, 0);
  EXPECT_EQ(list.files[1].label, 281);
}

TEST(ImagenetLayout, TakesClassesOfAFile) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/val", 1);
  WriteTestFile(dir + "/classes.json", R"(["dog", "cat", "bee", "ant"])");
  ASSERT_OK_AND_ASSIGN(
      const ImageList list,
      ListImages(Layout::kImagenet, dir, "val", dir + "/classes.json"));
  EXPECT_THAT(list.class_keys, ElementsAre("dog", "cat", "bee", "ant"));
  EXPECT_THAT(list.class_names, IsEmpty());
  EXPECT_THAT(list.allowed_classes, IsEmpty());
  EXPECT_THAT(Paths(list),
              ElementsAre("val/cat/0.png", "val/bee/0.png", "val/ant/0.png"));
  EXPECT_EQ(list.files[0].label, 1);
}

TEST(ImagenetLayout, ListsWhatIsThereWhenTheSplitIsNot) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/train/n02123045/a.JPEG", "");
  EXPECT_THAT(ListImagenet(dir, "val"),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("no folder \"val\""),
                             HasSubstr("found train"))));
  EXPECT_THAT(ListImagenet(dir + "/train", "val"),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("--source to be the directory above")));
  EXPECT_THAT(ListImagenet(dir + "/none", "val"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/none\"")));
}

TEST(ImagenetLayout, SuggestsTheFolderLayoutForOtherFolders) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/val/n02123045/a.JPEG", "");
  WriteTestFile(dir + "/val/cats/a.JPEG", "");
  EXPECT_THAT(ListImagenet(dir, "val"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("1 of 2 folders"), HasSubstr("(cats)"),
                             HasSubstr("--layout=folder"))));
}

TEST(ImagenetLayout, ExplainsAnUnsortedValidationSet) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/val/ILSVRC2012_val_00000001.JPEG", "");
  EXPECT_THAT(
      ListImagenet(dir, "val"),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("sorted into folders")));
}

TEST(ParseLayout, NamesWhatThereIs) {
  EXPECT_THAT(ParseLayout("imagenet"), IsOkAndHolds(Layout::kImagenet));
  for (const Layout layout :
       {Layout::kFolder, Layout::kImagenet, Layout::kImagenetV2,
        Layout::kImagenetR, Layout::kImagenetSketch, Layout::kImagenetA,
        Layout::kObjectNet}) {
    EXPECT_THAT(ParseLayout(ToString(layout)), IsOkAndHolds(layout));
  }
  EXPECT_THAT(ParseLayout("tar"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("folder, imagenet, imagenet_v2, imagenet_r, "
                                 "imagenet_sketch, imagenet_a, objectnet")));
}

}  // namespace
}  // namespace maskfill
