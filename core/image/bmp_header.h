// The header and the palette of BMP files.
#ifndef MASKFILL_CORE_IMAGE_BMP_HEADER_H_
#define MASKFILL_CORE_IMAGE_BMP_HEADER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/colour_table.h"

namespace maskfill {

// As the file numbers them.
enum class BmpCompression : uint32_t {
  kNone = 0,
  kRle8 = 1,
  kRle4 = 2,
  kMasks = 3,  // none, and the header says where the colours are
};

struct BmpHeader {
  bool IsRle() const {
    return compression == BmpCompression::kRle8 ||
           compression == BmpCompression::kRle4;
  }

  uint32_t bytes = 0;     // without the 14 of the file
  int64_t height = 0;     // px, below 2^32
  int64_t width = 0;      // px, below 2^32
  bool top_down = false;  // the first row is the upper one, not the lower
  uint32_t bits = 0;      // per pixel: 1, 4, 8 (with a palette), 16, 24, 32
  BmpCompression compression = BmpCompression::kNone;
  uint32_t masks[4] = {};    // red, green, blue, alpha
  int64_t colours = 0;       // of the palette
  int64_t colour_bytes = 4;  // of one of its colours
  int64_t palette_at = 0;    // byte of the file
  int64_t pixels_at = 0;     // byte of the file
};

// DataLoss where it is cut, damaged or of a kind that is not supported.
absl::StatusOr<BmpHeader> ReadBmpHeader(absl::string_view bytes);

// The colours of an image of at most 8 bits; errors as above.
absl::StatusOr<ColourTable> ReadBmpPalette(absl::string_view bytes,
                                           const BmpHeader& header);

// What the decoder says of such files.
absl::Status BmpIsCut(absl::string_view bytes);
absl::Status UnsupportedBmp(absl::string_view found,
                            absl::string_view expected);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_BMP_HEADER_H_
