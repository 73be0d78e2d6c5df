#include "core/model/torch_status.h"

#include <cerrno>
#include <new>
#include <system_error>

#include "ATen/ops/empty.h"
#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(CatchTorch, PassesValuesAndStatusesOn) {
  EXPECT_THAT(CatchTorch([] { return 7; }), IsOkAndHolds(7));
  EXPECT_OK(CatchTorch([] {}));
  EXPECT_THAT(CatchTorch([] { return absl::NotFoundError("x"); }),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(CatchTorch([]() -> absl::StatusOr<int> { return 7; }),
              IsOkAndHolds(7));
}

TEST(CatchTorch, TurnsATorchErrorIntoInternalWithoutBacktrace) {
  EXPECT_THAT(
      CatchTorch([] { return at::zeros({2, 3}).matmul(at::zeros({2, 3})); }),
      StatusIs(absl::StatusCode::kInternal,
               AllOf(HasSubstr("LibTorch: "), HasSubstr("2x3"),
                     Not(HasSubstr("frame #")))));
}

TEST(CatchTorch, SaysWhatToDoWhenMemoryRanOut) {
  // More than any machine has.
  EXPECT_THAT(CatchTorch([] { return at::empty({int64_t{1} << 55}); }),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("smaller --batch_size")));
  EXPECT_THAT(CatchTorch([] { throw std::bad_alloc(); }),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

// As by a thread pool that gets no thread: worth another try.
TEST(CatchTorch, TellsWhatTheSystemRefusedFromBugs) {
  EXPECT_THAT(CatchTorch([] {
                throw std::system_error(EAGAIN, std::generic_category());
              }),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("Resource temporarily unavailable")));
}

}  // namespace
}  // namespace maskfill
