// A contact sheet: what was masked in some images, and what came in.
#ifndef MASKFILL_MASK_TOOL_PREVIEW_H_
#define MASKFILL_MASK_TOOL_PREVIEW_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "core/draw/preview_rows.h"
#include "core/image/image.h"

namespace maskfill {

// Raised when the sheets of the same rows change.
inline constexpr uint32_t kPreviewVersion = 2;

// image | relevance | mask | counterfactual, one row per image, on white; more
// than four rows stand in two blocks side by side. Rows without relevance leave
// its column out; either all have it or none.
Image DrawPreview(absl::Span<const PreviewRow> rows);
// What the sheet shows, for whoever shows it: its columns, then a line for each
// row with its id and how many patches are masked.
std::string PreviewCaption(absl::Span<const PreviewRow> rows);

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_PREVIEW_H_
