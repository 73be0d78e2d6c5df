#include "tests/support/test_device.h"

#include <cstdlib>

#include "core/model/device.h"

namespace maskfill {

absl::StatusOr<c10::Device> TestDevice() {
  SetUpCompute(Precision::kFp32, /*num_threads=*/0);
  const char* named = std::getenv("MASKFILL_TEST_DEVICE");
  return ParseDevice(named == nullptr || *named == '\0' ? "cpu" : named);
}

}  // namespace maskfill
