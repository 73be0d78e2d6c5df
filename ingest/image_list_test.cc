#include "ingest/image_list.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;

ImageList MakeList(std::vector<ImageFile> files) {
  ImageList list;
  list.files = std::move(files);
  FinishImageList(&list);
  return list;
}

std::vector<std::string> Ids(const ImageList& list) {
  std::vector<std::string> ids;
  for (const ImageFile& file : list.files) ids.push_back(ImageId(file));
  return ids;
}

TEST(FinishImageList, SortsByLabelAndThenByPath) {
  const ImageList list = MakeList({{.path = "a/2.jpg", .label = 1},
                                   {.path = "a/1.jpg", .label = 1},
                                   {.path = "b/0.jpg", .label = 0}});
  EXPECT_THAT(Ids(list), ElementsAre("b/0", "a/1", "a/2"));
}

TEST(ImageId, IsThePathWithoutSuffix) {
  const ImageList list =
      MakeList({{.path = "a.b/c"}, {.path = "a.b/d.e.JPEG"}});
  EXPECT_THAT(Ids(list), ElementsAre("a.b/c", "a.b/d.e"));
}

TEST(ImageId, KeepsSuffixesThatTellFilesApart) {
  // "c.png.jpg" must not become the name of its neighbour.
  const ImageList list = MakeList({{.path = "x/a.jpg"},
                                   {.path = "x/a.png"},
                                   {.path = "x/b.jpg"},
                                   {.path = "x/c.png"},
                                   {.path = "x/c.png.jpg"}});
  EXPECT_THAT(Ids(list),
              ElementsAre("x/a.jpg", "x/a.png", "x/b", "x/c", "x/c.png.jpg"));
}

TEST(ClassesFingerprint, DependsOnTheOrder) {
  ImageList a, b;
  a.class_keys = {"ant", "bee"};
  b.class_keys = {"bee", "ant"};
  EXPECT_NE(ClassesFingerprint(a), ClassesFingerprint(b));
}

TEST(ClassesFingerprint, DependsOnAllowedClassesAndTheMapping) {
  ImageList list;
  list.class_keys = {"ant", "bee", "cat"};
  const std::string all = ClassesFingerprint(list);
  AllowClasses({1, 0, 1}, &list);
  EXPECT_THAT(list.allowed_classes, ElementsAre(0, 1));
  const std::string some = ClassesFingerprint(list);
  EXPECT_NE(some, all);
  list.mapping_sha256 = "00";
  EXPECT_NE(ClassesFingerprint(list), some);
}

TEST(AllowClasses, LeavesTheListEmptyWhenAllAreAllowed) {
  ImageList list;
  list.class_keys = {"ant", "bee"};
  AllowClasses({1, 0}, &list);
  EXPECT_TRUE(list.allowed_classes.empty());
}

}  // namespace
}  // namespace maskfill
