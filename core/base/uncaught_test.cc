#include "core/base/uncaught.h"

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::ExitedWithCode;
using testing::HasSubstr;

TEST(ExceptionStatus, TellsMemoryAndTheSystemFromBugs) {
  EXPECT_THAT(ExceptionStatus(std::bad_alloc()),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(ExceptionStatus(
                  std::system_error(EAGAIN, std::generic_category(), "thread")),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("thread: Resource temporarily")));
  EXPECT_THAT(ExceptionStatus(std::logic_error("first\nsecond")),
              StatusIs(absl::StatusCode::kInternal, testing::StrEq("first")));
}

// What is thrown in a function that lets nothing out is caught by nobody.
template <typename Exception>
void Throw(const Exception& exception) noexcept {
  std::rethrow_exception(std::make_exception_ptr(exception));
}

TEST(EndWithExitCodesDeathTest, AnUncaughtExceptionHasAnExitCode) {
  EndWithExitCodes();
  EXPECT_EXIT(Throw(std::bad_alloc()), ExitedWithCode(73), "error: out of mem");
  EXPECT_EXIT(
      Throw(std::system_error(EAGAIN, std::generic_category(), "thread")),
      ExitedWithCode(74), "error: .*thread: Resource.*UNAVAILABLE, exit 74");
  EXPECT_EXIT(Throw(std::logic_error("bug")), ExitedWithCode(70), "error: bug");
  EXPECT_EXIT(Throw(7), ExitedWithCode(70), "unknown type");
  EXPECT_EXIT(std::thread([] { throw std::bad_alloc(); }).join(),
              ExitedWithCode(73), "out of memory");
}

TEST(EndWithExitCodesDeathTest, SoHasTheExitOfALibrary) {
  EXPECT_EXIT((EndWithExitCodes(), std::exit(1)), ExitedWithCode(74),
              "a library has ended the process");
  EXPECT_EXIT((EndWithExitCodes(), std::exit(65)), ExitedWithCode(65), "");
}

}  // namespace
}  // namespace maskfill
