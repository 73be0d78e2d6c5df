// The factors of a picture of Spurious Shapes: what is on it, on what, how it
// is drawn and in which colour.
//
// Shapes are the classes. They stand in alphabetical order, so that a shape's
// number is also its label for every program that sorts class folders.
#ifndef MASKFILL_SPURIOUS_SHAPES_FACTORS_H_
#define MASKFILL_SPURIOUS_SHAPES_FACTORS_H_

#include "absl/strings/string_view.h"

namespace maskfill {

enum class Shape {
  kArrow,
  kCircle,
  kCrescent,
  kCross,
  kHeart,
  kHexagon,
  kRing,
  kSquare,
  kStar,
  kTriangle,
};
inline constexpr int kNumShapes = 10;

enum class Background {
  kStripes,
  kChecker,
  kBricks,
  kDots,
  kWaves,
  kWood,
  kClouds,
  kSand,
  kPlaid,
  kGrass,
};
inline constexpr int kNumBackgrounds = 10;

enum class Style {
  kPhoto,    // textured, shaded, blurred, noisy
  kSketch,   // dark outline on grey paper
  kCartoon,  // flat colour, black outline
  kStencil,  // tinted silhouette
};
inline constexpr int kNumStyles = 4;

enum class Colour {
  kRed,
  kOrange,
  kYellow,
  kGreen,
  kCyan,
  kBlue,
  kPurple,
  kPink,
};
inline constexpr int kNumColours = 8;

struct Factors {
  Shape shape = Shape::kArrow;
  Background background = Background::kStripes;
  Style style = Style::kPhoto;
  Colour colour = Colour::kRed;
};

inline bool operator==(const Factors& a, const Factors& b) {
  return a.shape == b.shape && a.background == b.background &&
         a.style == b.style && a.colour == b.colour;
}

// Lower-case words: "crescent", "plaid", "cartoon", "purple". A shape's word
// is its class key, the name of its folder in every set but V2 and ObjectNet.
absl::string_view ShapeName(Shape shape);
absl::string_view BackgroundName(Background background);
absl::string_view StyleName(Style style);
absl::string_view ColourName(Colour colour);

// The shape's folder in the ObjectNet-like set, "five_pointed_star", and its
// name for people there, "Five-pointed star".
absl::string_view ObjectNetFolder(Shape shape);
absl::string_view ObjectNetLabel(Shape shape);

// The background that a class usually has where the two are correlated: a
// bijection.
Background UsualBackground(Shape shape);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_FACTORS_H_
