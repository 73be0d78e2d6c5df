// Whatever the bytes, there is an orientation.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "core/image/exif_orientation.h"
#include "glog/logging.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const int orientation = maskfill::ExifOrientation(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  CHECK(orientation >= 1 && orientation <= 8) << orientation;
  return 0;
}
