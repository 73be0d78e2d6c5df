// Numbers in the headers of image files.
#ifndef MASKFILL_CORE_IMAGE_BYTES_AT_H_
#define MASKFILL_CORE_IMAGE_BYTES_AT_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace maskfill {

enum class ByteOrder { kLittle, kBig };

// The unsigned number of `size` bytes, 0 to 4, at `at`; 0 where `bytes` end
// before it does.
inline uint32_t NumberAt(absl::string_view bytes, size_t at, size_t size,
                         ByteOrder order) {
  if (at > bytes.size() || size > bytes.size() - at) return 0;
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) {
    const size_t k = order == ByteOrder::kLittle ? size - 1 - i : i;
    value = value << 8 | static_cast<uint8_t>(bytes[at + k]);
  }
  return value;
}

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_BYTES_AT_H_
