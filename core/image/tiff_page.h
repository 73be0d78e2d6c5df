// What a page of a TIFF file is, by its tags.
#ifndef MASKFILL_CORE_IMAGE_TIFF_PAGE_H_
#define MASKFILL_CORE_IMAGE_TIFF_PAGE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/image/decode_options.h"
#include "core/image/tiff_file.h"

namespace maskfill {

// Constants are tiff.h's.
struct TiffPage {
  int64_t height = 0;             // px
  int64_t width = 0;              // px
  int bits = 0;                   // per sample
  int samples = 0;                // per pixel
  int photometric = 0;            // PHOTOMETRIC_...
  int compression = 0;            // COMPRESSION_...
  bool has_planes = false;        // one for each sample
  bool is_premultiplied = false;  // by the 4th sample
  int orientation = 1;
};

// The page that `file` is at. DataLoss for sizes that CheckImageSize() refuses
// and for kinds that are not supported (decode_tiff.h), which it names.
absl::StatusOr<TiffPage> ReadTiffPage(TiffFile& file,
                                      const DecodeOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_TIFF_PAGE_H_
