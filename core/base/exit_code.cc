#include "core/base/exit_code.h"

#include <cerrno>
#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "core/base/files.h"

namespace maskfill {
namespace {

// Payload of a status that a diverged training returned.
constexpr char kDiverged[] = "maskfill/diverged";

constexpr ExitCodeMeaning kMeanings[] = {
    {kExitOk, "OK", "done, or done already", false},
    {kExitUsage, "USAGE", "a flag is wrong, or --output holds what is not ours",
     false},
    {kExitDataError, "DATAERR",
     "damaged data, or inputs that do not fit each other", false},
    {kExitNoInput, "NOINPUT", "an input is missing or unfinished", false},
    {kExitSoftware, "SOFTWARE", "a bug of ours", false},
    {kExitCannotCreate, "CANTCREAT", "disk full", true},
    {kExitIoError, "IOERR",
     "the system failed to read or write, or another process of the training "
     "is lost",
     true},
    {kExitTempFail, "TEMPFAIL",
     "told to stop, or another process is making it; a rerun goes on", true},
    {kExitNoPermission, "NOPERM", "no permission", false},
    {kExitOtherWork, "CONFIG", "--output holds other work; see --overwrite",
     false},
    {kExitDiverged, "DIVERGED", "training has diverged", false},
};

int CodeFor(const absl::Status& status) {
  if (IsDiverged(status)) return kExitDiverged;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kFailedPrecondition:
      return kExitDataError;
    case absl::StatusCode::kNotFound:
      return kExitNoInput;
    case absl::StatusCode::kResourceExhausted:
      return kExitCannotCreate;
    case absl::StatusCode::kUnavailable:
      return kExitIoError;
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kAborted:
      return kExitTempFail;
    case absl::StatusCode::kPermissionDenied:
      return kExitNoPermission;
    case absl::StatusCode::kAlreadyExists:
      return kExitOtherWork;
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

absl::Span<const ExitCodeMeaning> ExitCodeMeanings() { return kMeanings; }

absl::Status DivergedError(absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kDiverged, absl::Cord());
  return status;
}

bool IsDiverged(const absl::Status& status) {
  return status.GetPayload(kDiverged).has_value();
}

int ExitCode(const absl::Status& result) {
  absl::Status status = result;
  if (status.ok()) status = FlushStdout();
  const int code = CodeFor(status);
  if (!status.ok()) {
    std::fflush(stdout);
    std::fprintf(stderr, "error: %s [%s, exit %d]\n",
                 std::string(status.message()).c_str(),
                 (IsDiverged(status) ? std::string("DIVERGED")
                                     : absl::StatusCodeToString(status.code()))
                     .c_str(),
                 code);
  }
  return code;
}

}  // namespace maskfill
