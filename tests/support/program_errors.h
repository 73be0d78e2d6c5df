// What a program says when it fails.
#ifndef MASKFILL_TESTS_SUPPORT_PROGRAM_ERRORS_H_
#define MASKFILL_TESTS_SUPPORT_PROGRAM_ERRORS_H_

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"

namespace maskfill {

// Lines that ExitCode wrote.
inline std::vector<std::string> Errors(const ProgramResult& result) {
  std::vector<std::string> errors;
  for (const absl::string_view line : absl::StrSplit(result.err, '\n')) {
    if (absl::StartsWith(line, "error: ")) errors.emplace_back(line);
  }
  return errors;
}

// Exactly one error, with that exit code and all of those words.
inline void ExpectError(const ProgramResult& result, int exit_code,
                        const std::vector<std::string>& words) {
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  const std::vector<std::string> errors = Errors(result);
  ASSERT_EQ(errors.size(), 1u) << result.err;
  for (const std::string& word : words) {
    EXPECT_THAT(errors[0], testing::HasSubstr(word));
  }
}

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_PROGRAM_ERRORS_H_
