#include "core/metrics/mask_overlap.h"

#include "glog/logging.h"

namespace maskfill {

int64_t CommonPatches(const PatchMask& a, const PatchMask& b) {
  CHECK_EQ(a.size(), b.size());
  int64_t both = 0;
  for (int64_t patch = 0; patch < a.size(); ++patch) {
    both += a.masked(patch) && b.masked(patch);
  }
  return both;
}

double IntersectionOverUnion(const PatchMask& a, const PatchMask& b) {
  const int64_t both = CommonPatches(a, b);
  const int64_t either = a.count() + b.count() - both;
  if (either == 0) return 1;
  return static_cast<double>(both) / static_cast<double>(either);
}

}  // namespace maskfill
