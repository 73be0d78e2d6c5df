// Text and pictures inside HTML and SVG.
#ifndef MASKFILL_CORE_DRAW_MARKUP_H_
#define MASKFILL_CORE_DRAW_MARKUP_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/image.h"

namespace maskfill {

// `text` as it is to be read, inside elements and quoted attributes alike. What
// is no character of XML (control characters, malformed UTF-8) becomes U+FFFD.
std::string EscapeMarkup(absl::string_view text);

// <img> with the pixels in it, as a PNG. `alt` is what a screen reader says.
// InvalidArgument for an image without pixels.
absl::StatusOr<std::string> InlineImage(const Image& image,
                                        absl::string_view alt);

}  // namespace maskfill

#endif  // MASKFILL_CORE_DRAW_MARKUP_H_
