#include "spurious_shapes/factors.h"

#include <array>
#include <cstddef>

namespace maskfill {
namespace {

struct ShapeEntry {
  absl::string_view name;
  absl::string_view objectnet_folder;
  absl::string_view objectnet_label;
  Background usual_background;
};

constexpr std::array<ShapeEntry, kNumShapes> kShapes = {{
    {"arrow", "arrow", "Arrow", Background::kClouds},
    {"circle", "circle", "Circle", Background::kDots},
    {"crescent", "crescent_moon", "Crescent moon", Background::kBricks},
    {"cross", "plus_sign", "Plus sign", Background::kWood},
    {"heart", "heart", "Heart", Background::kPlaid},
    {"hexagon", "hexagon", "Hexagon", Background::kWaves},
    {"ring", "ring", "Ring", Background::kStripes},
    {"square", "square", "Square", Background::kSand},
    {"star", "five_pointed_star", "Five-pointed star", Background::kGrass},
    {"triangle", "triangle", "Triangle", Background::kChecker},
}};

constexpr std::array<absl::string_view, kNumBackgrounds> kBackgrounds = {
    "stripes", "checker", "bricks", "dots",  "waves",
    "wood",    "clouds",  "sand",   "plaid", "grass"};

constexpr std::array<absl::string_view, kNumStyles> kStyles = {
    "photo", "sketch", "cartoon", "stencil"};

constexpr std::array<absl::string_view, kNumColours> kColours = {
    "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"};

const ShapeEntry& Entry(Shape shape) {
  return kShapes[static_cast<size_t>(shape)];
}

}  // namespace

absl::string_view ShapeName(Shape shape) { return Entry(shape).name; }

absl::string_view BackgroundName(Background background) {
  return kBackgrounds[static_cast<size_t>(background)];
}

absl::string_view StyleName(Style style) {
  return kStyles[static_cast<size_t>(style)];
}

absl::string_view ColourName(Colour colour) {
  return kColours[static_cast<size_t>(colour)];
}

absl::string_view ObjectNetFolder(Shape shape) {
  return Entry(shape).objectnet_folder;
}

absl::string_view ObjectNetLabel(Shape shape) {
  return Entry(shape).objectnet_label;
}

Background UsualBackground(Shape shape) {
  return Entry(shape).usual_background;
}

}  // namespace maskfill
