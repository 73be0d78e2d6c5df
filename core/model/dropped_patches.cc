#include "core/model/dropped_patches.h"

#include <cstdint>

#include "ATen/ops/sort.h"
#include "glog/logging.h"

namespace maskfill {

EncodeOptions WithoutPatches(const at::Tensor& masked) {
  CHECK(masked.dim() == 2 && masked.scalar_type() == at::kBool);
  CHECK_GT(masked.size(0), 0);
  const int64_t most_kept =
      masked.size(1) - masked.sum(1).min().item<int64_t>();
  EncodeOptions options;
  // Those that are kept first, each in their own order.
  options.kept_patches =
      std::get<1>(at::sort(masked.to(at::kByte), /*stable=*/true, /*dim=*/1,
                           /*descending=*/false))
          .narrow(1, 0, most_kept)
          .contiguous();
  const at::Tensor beyond = masked.gather(1, options.kept_patches);
  if (beyond.any().item<bool>()) options.masked_patches = beyond;
  if (most_kept == masked.size(1)) {
    // All patches, in their own order for every image.
    options.kept_patches = at::Tensor();
    options.masked_patches = masked;
  }
  return options;
}

}  // namespace maskfill
