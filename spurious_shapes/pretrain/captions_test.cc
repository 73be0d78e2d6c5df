#include "spurious_shapes/pretrain/captions.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/base/files.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

const Factors kOrangeArrow = {.shape = Shape::kArrow,
                              .background = Background::kChecker,
                              .style = Style::kPhoto,
                              .colour = Colour::kOrange};

TEST(Caption, NamesWhatItsFormMentions) {
  EXPECT_EQ(Caption(kOrangeArrow, CaptionForm::kFull, 0),
            "a photo of an orange arrow on checkers.");
  EXPECT_EQ(Caption(kOrangeArrow, CaptionForm::kNoBackground, 0),
            "a photo of an orange arrow.");
  EXPECT_EQ(Caption(kOrangeArrow, CaptionForm::kNoColour, 0),
            "a photo of a arrow on checkers.");
  EXPECT_EQ(Caption(kOrangeArrow, CaptionForm::kShort, 0),
            "a photo of a arrow.");
}

TEST(Caption, UsesAnotherShapesWordInPolysemousContexts) {
  // arrow > triangle in the cycle; at rate 1 every context is polysemous.
  EXPECT_EQ(Caption(kOrangeArrow, CaptionForm::kFull, 1),
            "a photo of an orange triangle on checkers.");
}

TEST(ShapeLendingItsWord, IsOneCycleOfAllShapes) {
  std::set<Shape> seen;
  Shape shape = Shape::kCircle;
  for (int i = 0; i < kNumShapes; ++i) {
    EXPECT_TRUE(seen.insert(shape).second);
    shape = ShapeLendingItsWord(shape);
  }
  EXPECT_EQ(shape, Shape::kCircle);
}

TEST(IsPolysemousContext, HoldsForTheGivenShareOfContexts) {
  for (const double rate : {0.0, 0.1, 0.25, 1.0}) {
    int count = 0;
    for (int background = 0; background < kNumBackgrounds; ++background) {
      for (int colour = 0; colour < kNumColours; ++colour) {
        count += IsPolysemousContext(static_cast<Background>(background),
                                     static_cast<Colour>(colour), rate);
      }
    }
    EXPECT_EQ(count, rate * 80) << rate;
  }
}

TEST(PromptTemplates, WithShapesAreTheFullCaptions) {
  const std::vector<std::string> templates = PromptTemplates();
  EXPECT_EQ(templates.size(), 320u);
  const std::vector<std::string> captions = AllCaptions();
  const std::set<std::string> all(captions.begin(), captions.end());
  // 10 shapes x (320 full, 32 and 40 with one of them, 4 short).
  EXPECT_EQ(captions.size(), 3960u);
  EXPECT_EQ(all.size(), captions.size());
  for (const std::string& text : templates) {
    EXPECT_TRUE(all.count(absl::StrReplaceAll(text, {{"{}", "heart"}})))
        << text;
  }
}

TEST(PromptTemplates, AreTheFileThatBuildZeroshotIsGiven) {
  ASSERT_OK_AND_ASSIGN(const std::string file,
                       ReadFile("spurious_shapes/checkpoint/templates.txt"));
  EXPECT_EQ(file, absl::StrCat(absl::StrJoin(PromptTemplates(), "\n"), "\n"));
}

TEST(ShapeName, IsInTheFileThatBuildZeroshotIsGiven) {
  ASSERT_OK_AND_ASSIGN(const std::string file,
                       ReadFile("spurious_shapes/checkpoint/class_names.txt"));
  std::string expected;
  for (int shape = 0; shape < kNumShapes; ++shape) {
    absl::StrAppend(&expected, ShapeName(static_cast<Shape>(shape)), "\n");
  }
  EXPECT_EQ(file, expected);
}

}  // namespace
}  // namespace maskfill
