// Any bytes are a list of class names or templates, or InvalidArgument.

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "core/text/text_lists.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"

namespace {

void Check(const absl::Status& status) {
  CHECK(status.ok() || absl::IsInvalidArgument(status)) << status;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  maskfill::BeginsLikeJson(text);
  Check(maskfill::ParseLines(text, "file").status());
  const auto json = maskfill::ParseJson(text, "file");
  Check(json.status());
  if (json.ok()) Check(maskfill::JsonTexts(*json, "file").status());
  return 0;
}
