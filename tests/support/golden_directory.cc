#include "tests/support/golden_directory.h"

#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"

namespace maskfill {

absl::StatusOr<std::string> GoldenDirectory() {
  const char* named = std::getenv("MASKFILL_GOLDEN_DIR");
  if (named == nullptr || *named == '\0') return kOwnGoldens;
  if (!IsDirectory(named)) {
    return absl::NotFoundError(
        absl::StrCat("MASKFILL_GOLDEN_DIR is ", named,
                     ", which is no directory; expected one with goldens. "
                     "Unset it to compare with those of the repository"));
  }
  return named;
}

}  // namespace maskfill
