// ImageNet-V2, -R, -Sketch and -A.
#include <string>
#include <vector>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
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

absl::StatusOr<ImageList> List(Layout layout, const std::string& source,
                               const std::string& classes = "") {
  return ListImages({.layout = layout,
                     .path = source,
                     .split = "test",
                     .classes_file = classes});
}

std::vector<int64_t> Labels(const ImageList& list) {
  std::vector<int64_t> labels;
  for (const ImageFile& file : list.files) labels.push_back(file.label);
  return labels;
}

// ["ant", "bee", "cat", "dog"]
std::string WriteClassList(const std::string& dir) {
  WriteTestFile(dir + "/classes.json", R"(["ant", "bee", "cat", "dog"])");
  return dir + "/classes.json";
}

TEST(ImagenetV2Layout, TakesFolderNamesAsLabels) {
  const std::string dir = TestDirectory();
  // In the order of names, 10 and 100 come before 2.
  for (const char* label : {"0", "10", "100", "2", "999"}) {
    WriteTestFile(dir + "/" + label + "/x.jpeg", "");
  }
  ASSERT_OK_AND_ASSIGN(const ImageList list, List(Layout::kImagenetV2, dir));
  EXPECT_THAT(Labels(list), ElementsAre(0, 2, 10, 100, 999));
  EXPECT_EQ(list.files[1].path, "2/x.jpeg");
  EXPECT_EQ(list.class_keys[999], "n15075141");
  EXPECT_THAT(list.allowed_classes, IsEmpty());
}

TEST(ImagenetV2Layout, RefusesLabelsOutOfRangeAndOtherFolders) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/0/x.jpeg", "");
  for (const char* bad : {"1000", "-1", "007", "n01440764"}) {
    const std::string folder = dir + "/" + bad;
    WriteTestFile(folder + "/x.jpeg", "");
    EXPECT_THAT(List(Layout::kImagenetV2, dir),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr(std::string("(") + bad + ")"),
                               HasSubstr("labels 0 to 999"))));
    ASSERT_OK(RemoveTree(folder));
  }
}

TEST(ImagenetV2Layout, TakesClassesOfAFile) {
  const std::string dir = TestDirectory();
  const std::string classes = WriteClassList(dir);
  WriteTestFile(dir + "/data/3/x.jpeg", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       List(Layout::kImagenetV2, dir + "/data", classes));
  EXPECT_THAT(list.class_keys, ElementsAre("ant", "bee", "cat", "dog"));
  EXPECT_THAT(Labels(list), ElementsAre(3));
  WriteTestFile(dir + "/data/4/x.jpeg", "");
  EXPECT_THAT(
      List(Layout::kImagenetV2, dir + "/data", classes),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("0 to 3")));
}

TEST(ImagenetSubsetLayout, AllowsTheTwoHundredClassesHoweverFewAreThere) {
  const std::string dir = TestDirectory();
  // The goldfish: in R, not in A.
  WriteTestFile(dir + "/n01443537/art_0.jpg", "");
  WriteTestFile(dir + "/README.txt", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list, List(Layout::kImagenetR, dir));
  EXPECT_THAT(Labels(list), ElementsAre(1));
  EXPECT_EQ(list.class_keys.size(), 1000u);
  EXPECT_EQ(list.allowed_classes.size(), 200u);
  EXPECT_EQ(list.allowed_classes[0], 1);
  EXPECT_THAT(
      List(Layout::kImagenetA, dir),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("1 of 1 folders"), HasSubstr("(n01443537)"),
                     HasSubstr("200 of ImageNet-A"))));
}

TEST(ImagenetSubsetLayout, AllowsOfAFilesClassesThoseWithAFolder) {
  const std::string dir = TestDirectory();
  const std::string classes = WriteClassList(dir);
  WriteClassFolders(dir + "/data", 1);  // ant, bee, cat
  for (const Layout layout : {Layout::kImagenetR, Layout::kImagenetA}) {
    ASSERT_OK_AND_ASSIGN(ImageList list, List(layout, dir + "/data", classes));
    EXPECT_THAT(list.allowed_classes, ElementsAre(0, 1, 2));
  }
  WriteTestFile(dir + "/data/dog/0.png", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       List(Layout::kImagenetA, dir + "/data", classes));
  EXPECT_THAT(list.allowed_classes, IsEmpty());  // all
}

TEST(ImagenetSketchLayout, HasAllClassesAndNoSplit) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/n02123045/sketch_0.JPEG", "");
  WriteTestFile(dir + "/n01440764/sketch_7.JPEG", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       List(Layout::kImagenetSketch, dir));
  EXPECT_THAT(Labels(list), ElementsAre(0, 281));
  EXPECT_EQ(ImageId(list.files[0]), "n01440764/sketch_7");
  EXPECT_THAT(list.allowed_classes, IsEmpty());
}

TEST(ClassFolders, SayWhichLevelToGive) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/sketch/n01443537/1.JPEG", "");
  for (const Layout layout : {Layout::kImagenetSketch, Layout::kImagenetR}) {
    EXPECT_THAT(List(layout, dir),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("\"" + dir + "/sketch\" holds such")));
    for (const char* slash : {"", "/"}) {
      EXPECT_THAT(List(layout, dir + "/sketch/n01443537" + slash),
                  StatusIs(absl::StatusCode::kInvalidArgument,
                           AllOf(HasSubstr("folder of one class"),
                                 HasSubstr("--source=" + dir + "/sketch"))));
    }
  }
  WriteTestFile(dir + "/v2/281/1.JPEG", "");
  EXPECT_THAT(List(Layout::kImagenetV2, dir),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("\"" + dir + "/v2\" holds such")));
}

TEST(ClassFolders, NameWhatIsUnknownAndWhatToDo) {
  const std::string dir = TestDirectory();
  const std::string classes = WriteClassList(dir);
  WriteClassFolders(dir + "/data", 1);
  EXPECT_THAT(
      List(Layout::kImagenetSketch, dir + "/data"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("3 of 3 folders"), HasSubstr("(ant, bee, cat)"),
                     HasSubstr("1000 wnids"), HasSubstr("--classes=FILE"))));
  WriteTestFile(dir + "/data/eel/0.png", "");
  EXPECT_THAT(List(Layout::kImagenetSketch, dir + "/data", classes),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("(eel)"), HasSubstr(classes))));
  EXPECT_THAT(List(Layout::kImagenetSketch, dir + "/none"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/none\"")));
}

}  // namespace
}  // namespace maskfill
