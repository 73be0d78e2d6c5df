// Text in images, without a font library.
#ifndef MASKFILL_MASK_TOOL_BITMAP_TEXT_H_
#define MASKFILL_MASK_TOOL_BITMAP_TEXT_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "core/image/image.h"

namespace maskfill {

using Rgb = std::array<uint8_t, 3>;

// Size of a text in px: letters of 5x7 dots in cells of 6x9, each dot a square
// of `scale` px.
int64_t TextWidth(absl::string_view text, int64_t scale);
int64_t TextHeight(int64_t scale);

// Draws printable ASCII with its upper left corner at (top, left); any other
// byte becomes '?'. What lies outside the image is cut off.
void DrawText(absl::string_view text, int64_t top, int64_t left, int64_t scale,
              const Rgb& colour, Image* image);

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_BITMAP_TEXT_H_
