#include "core/base/uncaught.h"

#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/base/exit_code.h"

namespace maskfill {
namespace {

std::terminate_handler terminate_before = nullptr;

[[noreturn]] void EndOnTerminate() {
  const std::exception_ptr uncaught = std::current_exception();
  // Our bug, with a stack trace.
  if (uncaught == nullptr && terminate_before != nullptr) terminate_before();
  int code = kExitSoftware;
  try {
    if (uncaught != nullptr) std::rethrow_exception(uncaught);
  } catch (const std::bad_alloc&) {
    // Takes no memory.
    std::fputs("error: out of memory [RESOURCE_EXHAUSTED, exit 73]\n", stderr);
    code = kExitCannotCreate;
  } catch (const std::exception& exception) {
    code = ExitCode(ExceptionStatus(exception));
  } catch (...) {
    code = ExitCode(absl::InternalError("an exception of an unknown type"));
  }
  std::_Exit(code);
}

// No program of ours returns 1.
void EndOnExit(int status, void*) {
  if (status != EXIT_FAILURE) return;
  std::_Exit(ExitCode(absl::UnavailableError(
      "a library has ended the process, and may have said why above; where it "
      "got no thread, raise the limit (ulimit -u) or give fewer "
      "--num_threads")));
}

}  // namespace

absl::Status ExceptionStatus(const std::exception& exception) {
  const std::string what(exception.what());
  const std::string message = what.substr(0, what.find('\n'));
  if (dynamic_cast<const std::bad_alloc*>(&exception) != nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("out of memory: ", message));
  }
  if (dynamic_cast<const std::system_error*>(&exception) != nullptr) {
    return absl::UnavailableError(absl::StrCat(
        "the system refused something: ", message,
        "; where it was a thread, raise the limit (ulimit -u) or give fewer "
        "--num_threads"));
  }
  return absl::InternalError(message);
}

void EndWithExitCodes() {
  terminate_before = std::set_terminate(&EndOnTerminate);
  on_exit(&EndOnExit, nullptr);
}

}  // namespace maskfill
