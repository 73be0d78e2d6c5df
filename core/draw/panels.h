// Pictures of what a model looks at and of what is masked, and sheets of them.
#ifndef MASKFILL_CORE_DRAW_PANELS_H_
#define MASKFILL_CORE_DRAW_PANELS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "core/image/image.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"

namespace maskfill {

// A heat map (black, violet, orange, pale yellow: perceptually even) over
// `picture` in grey, so that the colours stay readable. `relevance` [P] in
// [0, 1], bilinear between the patches' centres. `picture` may have any size;
// the grid is laid over all of it, here and below.
Image RelevancePanel(const Image& picture, const PatchGrid& grid,
                     absl::Span<const float> relevance);

// `picture` with flat masked patches and a line around each of them, so that
// they can be counted.
Image MaskPanel(const Image& picture, const PatchGrid& grid,
                const PatchMask& mask);

// White, px.
Image EmptySheet(int64_t height, int64_t width);

// Copies `panel` to (top, left) of `sheet`, which has room for it, each of its
// pixels drawn `zoom` x `zoom`.
void Paste(const Image& panel, int64_t top, int64_t left, int64_t zoom,
           Image* sheet);

}  // namespace maskfill

#endif  // MASKFILL_CORE_DRAW_PANELS_H_
