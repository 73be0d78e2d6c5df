// Whatever the bytes of a shard, reading ends with OutOfRange behind the last
// record or with DataLoss.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "core/record/record_reader.h"
#include "glog/logging.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int file = memfd_create("shard", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  CHECK_EQ(ftruncate(file, 0), 0);
  CHECK_EQ(pwrite(file, data, size, 0), static_cast<ssize_t>(size));
  auto reader = maskfill::RecordReader::Open(path, {.max_record_bytes = 4096});
  CHECK(reader.ok()) << reader.status();
  std::string payload;
  absl::Status status;
  do {
    status = (*reader)->Next(&payload);
  } while (status.ok());
  CHECK(absl::IsOutOfRange(status) || absl::IsDataLoss(status)) << status;
  return 0;
}
