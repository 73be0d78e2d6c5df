// The run-length codes of BMP files.
#ifndef MASKFILL_CORE_IMAGE_BMP_RUNS_H_
#define MASKFILL_CORE_IMAGE_BMP_RUNS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/bmp_header.h"

namespace maskfill {

// [height, width] numbers of colours, rows as in the file, of one that is RLE8
// or RLE4. DataLoss where it is cut, and for runs that Pillow 9.4 reads wrongly
// (decode_bmp.h).
absl::StatusOr<std::vector<uint8_t>> DecodeBmpRuns(absl::string_view bytes,
                                                   const BmpHeader& header);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_BMP_RUNS_H_
