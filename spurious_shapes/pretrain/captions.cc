#include "spurious_shapes/pretrain/captions.h"

#include <array>
#include <cmath>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace maskfill {
namespace {

constexpr std::array<Shape, kNumShapes> kCycle = {
    Shape::kCircle,   Shape::kHexagon, Shape::kSquare,   Shape::kCross,
    Shape::kStar,     Shape::kArrow,   Shape::kTriangle, Shape::kHeart,
    Shape::kCrescent, Shape::kRing};

// Backgrounds in the order in which they become polysemous contexts.
constexpr int kFirstPolysemousBackground =
    static_cast<int>(Background::kBricks);

absl::string_view BackgroundWord(Background background) {
  return background == Background::kChecker ? absl::string_view("checkers")
                                            : BackgroundName(background);
}

absl::string_view Article(absl::string_view word) {
  return absl::string_view("aeiou").find(word[0]) == absl::string_view::npos
             ? "a"
             : "an";
}

bool HasColour(CaptionForm form) {
  return form == CaptionForm::kFull || form == CaptionForm::kNoBackground;
}

bool HasBackground(CaptionForm form) {
  return form == CaptionForm::kFull || form == CaptionForm::kNoColour;
}

// `shape` may be "{}". CLIP's prompts say "a" before any class name.
std::string CaptionText(Style style, Colour colour, absl::string_view shape,
                        Background background, CaptionForm form) {
  std::string text = absl::StrCat("a ", StyleName(style), " of ");
  if (HasColour(form)) {
    absl::StrAppend(&text, Article(ColourName(colour)), " ", ColourName(colour),
                    " ", shape);
  } else {
    absl::StrAppend(&text, "a ", shape);
  }
  if (HasBackground(form)) {
    absl::StrAppend(&text, " on ", BackgroundWord(background));
  }
  return absl::StrCat(text, ".");
}

}  // namespace

Shape ShapeLendingItsWord(Shape shape) {
  for (size_t i = 0; i < kCycle.size(); ++i) {
    if (kCycle[i] == shape) return kCycle[(i + 1) % kCycle.size()];
  }
  return shape;
}

bool IsPolysemousContext(Background background, Colour colour, double rate) {
  const int turned = (static_cast<int>(background) -
                      kFirstPolysemousBackground + kNumBackgrounds) %
                     kNumBackgrounds;
  const int place = turned * kNumColours + static_cast<int>(colour);
  return place < std::lround(rate * kNumBackgrounds * kNumColours);
}

Shape ShapeInCaption(const Factors& factors, double polysemy_rate) {
  return IsPolysemousContext(factors.background, factors.colour, polysemy_rate)
             ? ShapeLendingItsWord(factors.shape)
             : factors.shape;
}

std::string Caption(const Factors& factors, CaptionForm form,
                    double polysemy_rate) {
  return CaptionText(factors.style, factors.colour,
                     ShapeName(ShapeInCaption(factors, polysemy_rate)),
                     factors.background, form);
}

std::vector<std::string> PromptTemplates() {
  std::vector<std::string> templates;
  for (int style = 0; style < kNumStyles; ++style) {
    for (int colour = 0; colour < kNumColours; ++colour) {
      for (int background = 0; background < kNumBackgrounds; ++background) {
        templates.push_back(CaptionText(
            static_cast<Style>(style), static_cast<Colour>(colour), "{}",
            static_cast<Background>(background), CaptionForm::kFull));
      }
    }
  }
  return templates;
}

std::vector<std::string> AllCaptions() {
  std::vector<std::string> captions;
  for (int form = 0; form < kNumCaptionForms; ++form) {
    const auto caption_form = static_cast<CaptionForm>(form);
    const int colours = HasColour(caption_form) ? kNumColours : 1;
    const int backgrounds = HasBackground(caption_form) ? kNumBackgrounds : 1;
    for (int style = 0; style < kNumStyles; ++style) {
      for (int colour = 0; colour < colours; ++colour) {
        for (int background = 0; background < backgrounds; ++background) {
          for (int shape = 0; shape < kNumShapes; ++shape) {
            captions.push_back(CaptionText(
                static_cast<Style>(style), static_cast<Colour>(colour),
                ShapeName(static_cast<Shape>(shape)),
                static_cast<Background>(background), caption_form));
          }
        }
      }
    }
  }
  return captions;
}

}  // namespace maskfill
