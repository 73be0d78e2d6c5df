// Whatever the bytes, a header is refused, or its tensors lie inside the data,
// one behind the other, and writing it again gives the same header.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "core/record/safetensors_header.h"
#include "glog/logging.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const int64_t data_bytes = data[0] | data[1] << 8;
  const absl::string_view json(reinterpret_cast<const char*>(data) + 2,
                               size - 2);
  const auto header = maskfill::ParseSafetensorsHeader(json, data_bytes);
  if (!header.ok()) return 0;
  int64_t end = 0;
  for (const maskfill::SafetensorsEntry& entry : header->entries) {
    CHECK_EQ(entry.begin, end);
    CHECK_GE(entry.end, entry.begin);
    end = entry.end;
  }
  CHECK_EQ(end, data_bytes);
  const auto again = maskfill::ParseSafetensorsHeader(
      absl::string_view(maskfill::FormatSafetensorsHeader(*header)).substr(8),
      data_bytes);
  CHECK(again.ok()) << again.status();
  CHECK_EQ(again->entries.size(), header->entries.size());
  return 0;
}
