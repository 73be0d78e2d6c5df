// Where the parity tests find the numbers that they compare with.
#ifndef MASKFILL_TESTS_SUPPORT_GOLDEN_DIRECTORY_H_
#define MASKFILL_TESTS_SUPPORT_GOLDEN_DIRECTORY_H_

#include <string>

#include "absl/status/statusor.h"

namespace maskfill {

// The repository's own goldens, in the runfiles of a target that depends on
// this library.
inline constexpr char kOwnGoldens[] = "tests/golden/data";

// The directory that MASKFILL_GOLDEN_DIR names; kOwnGoldens when it is unset or
// empty. NotFound when it names no directory: a typing error is no reason to
// compare with other numbers than were asked for.
absl::StatusOr<std::string> GoldenDirectory();

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_GOLDEN_DIRECTORY_H_
