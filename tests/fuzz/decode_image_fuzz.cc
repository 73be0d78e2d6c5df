// Whatever the bytes, decoding ends with an image of the announced size or
// with DataLoss.
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/image/decode.h"
#include "glog/logging.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Small, so that a damaged size does not cost time.
  const maskfill::DecodeOptions options = {.max_pixels = 100'000,
                                           .max_scans = 20};
  const auto image = maskfill::DecodeImage(
      absl::string_view(reinterpret_cast<const char*>(data), size), options);
  if (image.ok()) {
    CHECK_EQ(static_cast<int64_t>(image->pixels.size()),
             3 * image->width * image->height);
  } else {
    CHECK(absl::IsDataLoss(image.status())) << image.status();
  }
  return 0;
}
