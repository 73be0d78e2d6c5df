// Maps that know nothing: the null control.
#ifndef MASKFILL_CORE_CAM_RANDOM_CAMS_H_
#define MASKFILL_CORE_CAM_RANDOM_CAMS_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "core/cam/cams.h"

namespace maskfill {

// Of the arithmetic; raised when the maps change.
inline constexpr uint32_t kRandomCamsVersion = 1;

// A uniform number in [0, 1) for each patch, divided by the image's maximum as
// every relevance: a function of seed, image and patch alone.
Cams RandomCams(uint64_t seed, absl::Span<const std::string> ids,
                int64_t num_patches);

}  // namespace maskfill

#endif  // MASKFILL_CORE_CAM_RANDOM_CAMS_H_
