#include "core/cam/random_cams.h"

#include "ATen/ops/empty.h"
#include "core/base/counter_rng.h"

namespace maskfill {

Cams RandomCams(uint64_t seed, absl::Span<const std::string> ids,
                int64_t num_patches) {
  const at::Tensor patches =
      at::empty({static_cast<int64_t>(ids.size()), num_patches}, at::kFloat);
  float* value = patches.mutable_data_ptr<float>();
  for (const std::string& id : ids) {
    CounterRng rng(seed, "cam", /*epoch=*/0, id);
    for (int64_t patch = 0; patch < num_patches; ++patch) {
      *value++ = rng.UniformFloat();
    }
  }
  Cams cams;
  SetRelevance(patches, &cams);
  return cams;
}

}  // namespace maskfill
