// Whatever the bytes, they are read or refused, in bounded memory.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "model_tool/weights/unpickler.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto pickle = maskfill::Unpickle(
      absl::string_view(reinterpret_cast<const char*>(data), size),
      {.max_objects = 10'000});
  (void)pickle.ok();
  return 0;
}
