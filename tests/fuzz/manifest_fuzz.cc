// Any bytes are a manifest or DataLoss or of another version; what was read is
// written and read again as the same.

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/record/manifest.h"
#include "glog/logging.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string json(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<maskfill::v1::Manifest> read =
      maskfill::ManifestFromJson(json);
  if (!read.ok()) {
    CHECK(absl::IsDataLoss(read.status()) ||
          absl::IsFailedPrecondition(read.status()))
        << read.status();
    return 0;
  }
  const std::string written = maskfill::ManifestToJson(*read);
  const absl::StatusOr<maskfill::v1::Manifest> again =
      maskfill::ManifestFromJson(written);
  CHECK(again.ok()) << again.status();
  CHECK_EQ(maskfill::ManifestToJson(*again), written);
  return 0;
}
