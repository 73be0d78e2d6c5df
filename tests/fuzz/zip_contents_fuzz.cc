// Any bytes are a zip archive or DataLoss, and unpack to no more than is
// allowed.

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "model_tool/weights/zip_contents.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto contents = maskfill::ReadZipContents(bytes);
  CHECK(contents.ok() || absl::IsDataLoss(contents.status()))
      << contents.status();
  if (!contents.ok()) return 0;
  const absl::Status status = maskfill::CheckZipChecksums(bytes);
  CHECK(status.ok() || absl::IsDataLoss(status)) << status;
  return 0;
}
