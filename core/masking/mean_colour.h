// The mean colour of a set of images.
#ifndef MASKFILL_CORE_MASKING_MEAN_COLOUR_H_
#define MASKFILL_CORE_MASKING_MEAN_COLOUR_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/masking/refill.h"
#include "core/record/record_set.h"

namespace maskfill {

// The mean over all pixels of all `images`, each brought to `image_size` px, in
// exact integers, to the nearest byte (halves up): the same for any number of
// threads (0: all cores) and tasks. Reads and decodes every image once.
// DataLoss when one is damaged; FailedPrecondition when there is none.
absl::StatusOr<Rgb> MeanColour(const RecordSet& images, int64_t image_size,
                               int num_threads);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_MEAN_COLOUR_H_
