// Known object masks of images: a folder of pictures.
#ifndef MASKFILL_CAM_TOOL_OBJECT_MASKS_H_
#define MASKFILL_CAM_TOOL_OBJECT_MASKS_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/patch_mask.h"

namespace maskfill {

struct ObjectMaskOptions {
  // <dir>/<image id>.png is an image's mask, of any size: grey, 255 where the
  // object covers the whole pixel. Of Spurious Shapes that is masks/<the set's
  // source>, for example masks/ILSVRC2012; masks/ itself will do too.
  std::string dir;
  // A patch counts as object when more than this part of it is covered.
  double object_coverage = 0.25;
  // Cut off on each side, as ingest cuts the border of ObjectNet's pictures.
  int64_t border_px = 0;
};

// Immutable, so thread-safe.
class ObjectMasks {
 public:
  // Looks for the mask of `some_id` in options.dir and, when it is not there,
  // in its folders, of which one is then used for all ids. NotFound when it is
  // in none.
  static absl::StatusOr<ObjectMasks> Open(const ObjectMaskOptions& options,
                                          absl::string_view some_id);

  // The patches of image `id` that lie on its object, in a grid of rows x cols
  // patches over the largest square in the middle, which is what CLIP's
  // preprocessing keeps of an image. A patch is the pixels from row * side /
  // rows to below (row + 1) * side / rows. NotFound when there is no mask;
  // DataLoss when it is damaged, coloured (a picture) or no regular file;
  // FailedPrecondition when it has fewer pixels than patches.
  absl::StatusOr<PatchMask> Read(absl::string_view id, int64_t rows,
                                 int64_t cols) const;

 private:
  explicit ObjectMasks(ObjectMaskOptions options)
      : options_(std::move(options)) {}

  ObjectMaskOptions options_;
};

}  // namespace maskfill

#endif  // MASKFILL_CAM_TOOL_OBJECT_MASKS_H_
