// GoogleTest matchers for absl::Status and absl::StatusOr.
//
//   EXPECT_THAT(Close(), IsOk());
//   EXPECT_THAT(Parse("7"), IsOkAndHolds(7));
//   EXPECT_THAT(Open(path),
//               StatusIs(absl::StatusCode::kNotFound, HasSubstr(path)));
//   ASSERT_OK_AND_ASSIGN(std::string text, ReadFile(path));
#ifndef MASKFILL_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define MASKFILL_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/status_macros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

MATCHER_P(StatusIs, code, "has code " + absl::StatusCodeToString(code)) {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}

MATCHER_P2(StatusIs, code, message_matcher,
           "has code " + absl::StatusCodeToString(code) +
               " and a message that " +
               testing::DescribeMatcher<std::string>(message_matcher)) {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         testing::ExplainMatchResult(message_matcher,
                                     std::string(StatusOf(arg).message()),
                                     result_listener);
}

MATCHER_P(IsOkAndHolds, value_matcher, "is OK and holds the value") {
  if (!arg.ok()) {
    *result_listener << "which is " << arg.status().ToString();
    return false;
  }
  return testing::ExplainMatchResult(value_matcher, *arg, result_listener);
}

}  // namespace maskfill

#define EXPECT_OK(expr) EXPECT_THAT(expr, ::maskfill::IsOk())
#define ASSERT_OK(expr) ASSERT_THAT(expr, ::maskfill::IsOk())

#define ASSERT_OK_AND_ASSIGN(lhs, expr) \
  MASKFILL_ASSERT_OK_AND_ASSIGN_(       \
      MASKFILL_CONCAT_(maskfill_statusor_, __LINE__), lhs, expr)

#define MASKFILL_ASSERT_OK_AND_ASSIGN_(statusor, lhs, expr) \
  auto statusor = (expr);                                   \
  ASSERT_THAT(statusor, ::maskfill::IsOk());                \
  lhs = std::move(statusor).value()

#endif  // MASKFILL_TESTS_SUPPORT_STATUS_MATCHERS_H_
