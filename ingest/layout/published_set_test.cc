#include "ingest/layout/published_set.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Of the classes a, b, c and d.
std::vector<std::string> Deviations(const PublishedSet& set,
                                    const std::vector<int>& images,
                                    std::vector<int64_t> allowed = {}) {
  ImageList list;
  list.class_keys = {"a", "b", "c", "d"};
  list.allowed_classes = std::move(allowed);
  for (size_t label = 0; label < images.size(); ++label) {
    for (int i = 0; i < images[label]; ++i) {
      list.files.emplace_back().label = static_cast<int64_t>(label);
    }
  }
  CompareWithPublished(set, &list);
  return list.findings.deviations;
}

TEST(CompareWithPublished, HasNothingToSayOfTheWholeSet) {
  EXPECT_THAT(Deviations({"Set", 8, 4, 2}, {2, 2, 2, 2}), IsEmpty());
  EXPECT_THAT(Deviations({"Set", 8, 4}, {1, 2, 4, 1}), IsEmpty());
  EXPECT_THAT(Deviations({"Set", 3, 2}, {0, 1, 0, 2}, {1, 3}), IsEmpty());
}

TEST(CompareWithPublished, NamesMissingClasses) {
  EXPECT_THAT(Deviations({"Set", 8, 4}, {2, 0, 6, 0}),
              ElementsAre("there are images of 2 classes, Set has 4; missing "
                          "are 2 (b, d)"));
  EXPECT_THAT(Deviations({"Set", 3, 2}, {0, 3, 0, 0}, {1, 3}),
              ElementsAre("there are images of 1 classes, Set has 2; missing "
                          "are 1 (d)"));
}

TEST(NoteEmptyClasses, NamesAllowedClassesWithoutImages) {
  ImageList list;
  list.class_keys = {"a", "b", "c", "d"};
  list.allowed_classes = {0, 1, 2};
  list.files.emplace_back().label = 1;
  list.files.back().other_labels = {2};
  NoteEmptyClasses(&list);
  EXPECT_THAT(list.findings.deviations,
              ElementsAre("no image is of 1 of the 3 classes (a)"));
  list.files.emplace_back();
  NoteEmptyClasses(&list);
  EXPECT_EQ(list.findings.deviations.size(), 1u);
}

TEST(CompareWithPublished, NamesClassesOfOtherSizes) {
  // As where two images were moved from one folder to another.
  EXPECT_THAT(Deviations({"Set", 8, 4, 2}, {2, 4, 2, 0}),
              ElementsAre("there are images of 3 classes, Set has 4; missing "
                          "are 1 (d)",
                          "1 classes have not 2 images each, as those of Set "
                          "have (b)"));
  EXPECT_THAT(Deviations({"Set", 8, 4}, {2, 2, 2, 1}),
              ElementsAre("there are 7 images, Set has 8"));
}

// A class may stand for one of several labels: two folders, three labels.
TEST(CompareWithPublished, CountsWhatIsNotUsed) {
  EXPECT_THAT(Deviations({"Set", 2, 2, 0, 1, 5}, {1, 0, 1, 0}, {0, 1, 2}),
              ElementsAre("there are 0 images in 0 folders of other objects, "
                          "Set has 5 in 1"));
}

}  // namespace
}  // namespace maskfill
