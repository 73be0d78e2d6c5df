#include "eval/eval_flags.h"

#include <string>

#include "absl/status/status.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class EvalFlags : public testing::Test {
 protected:
  void Set(const char* name, const std::string& value) {
    ASSERT_NE(gflags::SetCommandLineOption(name, value.c_str()), "") << name;
  }
  void SetRequired() {
    Set("checkpoint", "models/zeroshot");
    Set("inputs", "records/id,records/r");
    Set("output", "eval/zero-shot.json");
  }

  gflags::FlagSaver saver_;  // restores every flag
};

TEST_F(EvalFlags, InputsAreCommaSeparated) {
  SetRequired();
  ASSERT_OK_AND_ASSIGN(const EvalOptions options, EvalOptionsFromFlags());
  EXPECT_THAT(options.inputs, ElementsAre("records/id", "records/r"));
  Set("inputs", " records/id, records/r ,");
  EXPECT_THAT(EvalOptionsFromFlags()->inputs,
              ElementsAre("records/id", "records/r"));
  EXPECT_EQ(options.run.output, "eval/zero-shot.json");
  EXPECT_EQ(options.predictions, "");
}

TEST_F(EvalFlags, WhatIsMissingIsNamedAndOutputIsAFile) {
  EXPECT_THAT(
      EvalOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--checkpoint is missing"),
                     HasSubstr("--inputs is missing"),
                     HasSubstr("--output is missing, expected the report's "
                               "file, such as eval/ours.json"))));
}

TEST_F(EvalFlags, AllBadFlagsComeInOneError) {
  SetRequired();
  Set("output", TestDirectory());
  Set("num_threads", "100000");
  EXPECT_THAT(EvalOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--output is a directory"),
                             HasSubstr("--num_threads is 100000"))));
}

}  // namespace
}  // namespace maskfill
