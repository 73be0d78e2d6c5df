// Whatever the bytes, rows come to an end or to DataLoss.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "ingest/layout/csv_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  maskfill::CsvReader reader(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  std::vector<std::string> fields;
  absl::StatusOr<bool> more = true;
  size_t bytes = 0;
  do {
    more = reader.Next(&fields);
    for (const std::string& field : fields) bytes += field.size();
    CHECK_LE(bytes, size);
  } while (more.ok() && *more);
  CHECK(more.ok() || absl::IsDataLoss(more.status())) << more.status();
  return 0;
}
