#include "ingest/layout/layout.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ingest/classes/imagenet_classes.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_images.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<ImageList> ListImagenet(const std::string& source,
                                       const std::string& split) {
  return ListImages(
      {.layout = Layout::kImagenet, .path = source, .split = split});
}

std::vector<std::string> Paths(const ImageList& list) {
  std::vector<std::string> paths;
  for (const ImageFile& file : list.files) paths.push_back(file.path);
  return paths;
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

TEST(ImagenetLayout, RefusesAClassThatIsStillAnArchiveOrAFile) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/train/n01440764/a.JPEG", "");
  for (const char* name :
       {"n01484850.tar", "n01484850", "n01484850.tar.part"}) {
    WriteTestFile(dir + "/train/" + name, "");
    EXPECT_THAT(ListImagenet(dir, "train"),
                StatusIs(absl::StatusCode::kDataLoss,
                         HasSubstr("/train/" + std::string(name) + "\" is a")))
        << name;
    ASSERT_OK(RemoveFile(dir + "/train/" + name));
  }
}

TEST(ImagenetLayout, SaysHowAPartDiffersFromTheWhole) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/val/n01440764/a.JPEG", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list, ListImagenet(dir, "val"));
  EXPECT_THAT(
      list.findings.deviations,
      ElementsAre("there are 1 images, ImageNet's validation set has 50000",
                  AllOf(HasSubstr("there are images of 1 classes"),
                        HasSubstr("missing are 999 (n01443537, n01484850, ")),
                  HasSubstr("1 classes have not 50 images each, as those of")));
}

// Sorted, they would be ImageNet's.
TEST(ImagenetLayout, DoubtsWnidsInAnotherOrder) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/val/n01440764/a.JPEG", "");
  std::vector<std::string> wnids;
  for (const ImagenetClass& known : ImagenetClasses()) {
    wnids.push_back("\"" + known.wnid + "\"");
  }
  const auto list_with = [&](const std::vector<std::string>& keys) {
    WriteTestFile(dir + "/classes.json", "[" + absl::StrJoin(keys, ",") + "]");
    return ListImages({.layout = Layout::kImagenet,
                       .path = dir,
                       .split = "val",
                       .classes_file = dir + "/classes.json"});
  };
  ASSERT_OK_AND_ASSIGN(const ImageList sorted, list_with(wnids));
  const auto one_class = HasSubstr("no image is of 999 of the 1000 classes");
  EXPECT_THAT(sorted.findings.deviations, ElementsAre(one_class));
  std::swap(wnids[3], wnids[4]);
  ASSERT_OK_AND_ASSIGN(const ImageList swapped, list_with(wnids));
  EXPECT_THAT(swapped.findings.deviations,
              ElementsAre(HasSubstr("not sorted: label 3 is n01494475, in "
                                    "ImageNet n01491361"),
                          one_class));
}

TEST(ImagenetLayout, TakesClassesOfAFile) {
  const std::string dir = TestDirectory();
  WriteClassFolders(dir + "/val", 1);
  WriteTestFile(dir + "/classes.json", R"(["dog", "cat", "bee", "ant"])");
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       ListImages({.layout = Layout::kImagenet,
                                   .path = dir,
                                   .split = "val",
                                   .classes_file = dir + "/classes.json"}));
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
       {Layout::kFolder, Layout::kCsv, Layout::kImagenet, Layout::kImagenetV2,
        Layout::kImagenetR, Layout::kImagenetSketch, Layout::kImagenetA,
        Layout::kObjectNet}) {
    EXPECT_THAT(ParseLayout(ToString(layout)), IsOkAndHolds(layout));
  }
  EXPECT_THAT(
      ParseLayout("tar"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("folder, csv, imagenet, imagenet_v2, imagenet_r, "
                         "imagenet_sketch, imagenet_a, objectnet")));
}

}  // namespace
}  // namespace maskfill
