#include "core/base/exit_code.h"

#include <cerrno>
#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "core/base/files.h"

namespace maskfill {
namespace {

int CodeFor(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kOutOfRange:
      return kExitDataError;
    case absl::StatusCode::kNotFound:
      return kExitNoInput;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAlreadyExists:
      return kExitCannotCreate;
    case absl::StatusCode::kUnavailable:
      return kExitIoError;
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kAborted:
      return kExitTempFail;
    case absl::StatusCode::kPermissionDenied:
      return kExitNoPermission;
    case absl::StatusCode::kFailedPrecondition:
      return kExitConfig;
    default:
      return kExitSoftware;
  }
}

// The result of a program may be what it printed. Of std::cout as well, which
// hands everything to stdout.
absl::Status FlushStdout() {
  const bool failed_before = std::ferror(stdout) != 0;
  errno = 0;
  if (std::fflush(stdout) == 0 && !failed_before) return absl::OkStatus();
  return ErrnoStatus(errno != 0 ? errno : EIO, "write to", "stdout");
}

}  // namespace

int ExitCode(const absl::Status& result) {
  absl::Status status = result;
  if (status.ok()) status = FlushStdout();
  const int code = CodeFor(status.code());
  if (!status.ok()) {
    std::fflush(stdout);
    std::fprintf(stderr, "error: %s [%s, exit %d]\n",
                 std::string(status.message()).c_str(),
                 absl::StatusCodeToString(status.code()).c_str(), code);
  }
  return code;
}

}  // namespace maskfill
