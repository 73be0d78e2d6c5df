#include "ingest/selection.h"

#include <map>
#include <set>

#include "core/base/counter_rng.h"
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

// sizes[c] images of class c.
ImageList ListOf(const std::vector<int>& sizes) {
  ImageList list;
  for (size_t c = 0; c < sizes.size(); ++c) {
    list.class_keys.push_back("class" + std::to_string(c));
    for (int i = 0; i < sizes[c]; ++i) {
      list.files.push_back(
          {.path = list.class_keys[c] + "/" + std::to_string(i) + ".png",
           .label = static_cast<int64_t>(c)});
    }
  }
  FinishImageList(&list);
  return list;
}

std::set<std::string> Paths(const ImageList& list) {
  std::set<std::string> paths;
  for (const ImageFile& file : list.files) paths.insert(file.path);
  return paths;
}

std::vector<int> Counts(const ImageList& list) {
  std::vector<int> counts(list.class_keys.size());
  for (const ImageFile& file : list.files) ++counts[file.label];
  return counts;
}

ImageList Selected(const SelectionOptions& options, const char* split,
                   ImageList list) {
  EXPECT_OK(SelectImages(options, split, &list));
  return list;
}

TEST(Holdout, SplitsEveryImageIntoTrainOrVal) {
  const ImageList all = ListOf({20, 10, 30});
  const SelectionOptions options = {.holdout = 12};
  const auto train = Paths(Selected(options, "train", all));
  const auto val = Paths(Selected(options, "val", all));
  EXPECT_EQ(train.size(), 48u);
  EXPECT_EQ(val.size(), 12u);
  std::set<std::string> both = train;
  both.insert(val.begin(), val.end());
  EXPECT_EQ(both, Paths(all));
}

TEST(Holdout, TakesOfEveryClassItsShare) {
  // 12 of 60: a fifth.
  EXPECT_THAT(Counts(Selected({.holdout = 12}, "val", ListOf({20, 10, 30}))),
              ElementsAre(4, 2, 6));
  // 4 of 10: 1.2, 0.8 and 2; the second has the largest remainder.
  EXPECT_THAT(Counts(Selected({.holdout = 4}, "val", ListOf({3, 2, 5}))),
              ElementsAre(1, 1, 2));
  // 1 of 6: a third each; the lowest label gives it.
  EXPECT_THAT(Counts(Selected({.holdout = 1}, "val", ListOf({2, 2, 2}))),
              ElementsAre(1, 0, 0));
}

TEST(Holdout, LeavesEveryClassAnImage) {
  // 3 of 6: 0.5, 0.5 and 2; the single ones give none.
  EXPECT_THAT(Counts(Selected({.holdout = 3}, "val", ListOf({1, 1, 4}))),
              ElementsAre(0, 0, 3));
  ImageList list = ListOf({1, 1, 4});
  EXPECT_THAT(
      SelectImages({.holdout = 4}, "val", &list),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--holdout is 4"), HasSubstr("at most 3"))));
}

TEST(Holdout, TakesTheImagesWithTheLeastRandomNumbers) {
  const ImageList all = ListOf({9});
  std::map<uint64_t, std::string> by_number;
  for (const ImageFile& file : all.files) {
    CounterRng rng(7, "holdout", 0, ImageId(file));
    by_number[rng.Next64()] = file.path;
  }
  const auto val =
      Paths(Selected({.holdout = 1, .holdout_seed = 7}, "val", all));
  EXPECT_THAT(val, ElementsAre(by_number.begin()->second));
}

TEST(Holdout, DependsOnTheSeedAndNotOnOtherClasses) {
  const auto first =
      Paths(Selected({.holdout = 20}, "val", ListOf({100, 100})));
  EXPECT_NE(Paths(Selected({.holdout = 20, .holdout_seed = 1}, "val",
                           ListOf({100, 100}))),
            first);
  // 10 of each class, one class more.
  const auto more =
      Paths(Selected({.holdout = 30}, "val", ListOf({100, 100, 100})));
  for (const std::string& path : first) EXPECT_TRUE(more.contains(path));
}

TEST(Holdout, IsWhatAnIndexNames) {
  const std::string index = TestDirectory() + "/index.txt";
  WriteTestFile(index, "class1/0.png\r\n\nclass0/2.png\n");
  const SelectionOptions options = {.holdout_index = index};
  EXPECT_THAT(Paths(Selected(options, "val", ListOf({3, 2}))),
              ElementsAre("class0/2.png", "class1/0.png"));
  EXPECT_THAT(Paths(Selected(options, "train", ListOf({3, 2}))),
              ElementsAre("class0/0.png", "class0/1.png", "class1/1.png"));
}

TEST(Holdout, NamesTheLineOfAnIndexThatDoesNotFit) {
  const std::string index = TestDirectory() + "/index.txt";
  const SelectionOptions options = {.holdout_index = index};
  ImageList list = ListOf({3, 2});
  EXPECT_THAT(SelectImages(options, "val", &list),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(index)));
  WriteTestFile(index, "class0/0.png\nclass0/7.png\n");
  EXPECT_THAT(SelectImages(options, "val", &list),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("line 2"), HasSubstr("no image of"))));
  WriteTestFile(index, "class0/0.png\nclass0/0.png\n");
  EXPECT_THAT(SelectImages(options, "val", &list),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("twice")));
  WriteTestFile(index, "\n");
  EXPECT_THAT(SelectImages(options, "val", &list),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("names 0 of 5 images")));
}

TEST(Holdout, HasNoTestSplit) {
  ImageList list = ListOf({3});
  EXPECT_THAT(
      SelectImages({.holdout = 1}, "test", &list),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is test")));
}

TEST(KShot, TakesAsManyOfEveryClass) {
  const ImageList all = ListOf({20, 4, 30});
  const ImageList four = Selected({.k_shot = 4}, "train", all);
  EXPECT_THAT(Counts(four), ElementsAre(4, 4, 4));
  // More shots are the same and others.
  const auto three = Paths(Selected({.k_shot = 3}, "train", all));
  for (const std::string& path : three) {
    EXPECT_TRUE(Paths(four).contains(path));
  }
  EXPECT_NE(Paths(Selected({.k_shot = 4, .k_shot_seed = 1}, "train", all)),
            Paths(four));
}

TEST(KShot, NamesTheClassesThatHaveFewer) {
  ImageList list = ListOf({20, 4, 0, 3});
  EXPECT_THAT(SelectImages({.k_shot = 5}, "train", &list),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("2 classes have fewer images (class1 4, "
                                 "class3 3)")));
}

TEST(KShot, IsOfTheTrainingSetWithoutItsHoldout) {
  const ImageList all = ListOf({20, 20});
  const SelectionOptions options = {.holdout = 4, .k_shot = 18};
  const auto val = Paths(Selected({.holdout = 4}, "val", all));
  for (const std::string& path : Paths(Selected(options, "train", all))) {
    EXPECT_FALSE(val.contains(path));
  }
}

}  // namespace
}  // namespace maskfill
