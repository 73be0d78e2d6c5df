// Where the tests of models that ask for it compute.
#ifndef MASKFILL_TESTS_SUPPORT_TEST_DEVICE_H_
#define MASKFILL_TESTS_SUPPORT_TEST_DEVICE_H_

#include "absl/status/statusor.h"
#include "c10/core/Device.h"

namespace maskfill {

// The device that MASKFILL_TEST_DEVICE names, as --device does; the CPU when it
// is unset or empty. float32 is exact there (SetUpCompute). An error when it
// names no device of this machine.
absl::StatusOr<c10::Device> TestDevice();

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TEST_DEVICE_H_
