#include "eval/eval_flags.h"

#include <string>

#include "absl/status/status.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

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
  EXPECT_EQ(options.stage.output, "eval/zero-shot.json");
  EXPECT_EQ(options.predictions, "");
}

TEST_F(EvalFlags, WhatIsMissingIsNamedAndOutputIsAFile) {
  EXPECT_THAT(
      EvalOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--checkpoint is missing"),
                     HasSubstr("--inputs is missing"),
                     HasSubstr("--output is missing, expected the report's "
                               "file, such as eval/ours.json"),
                     Not(HasSubstr("a directory to write")))));
}

TEST_F(EvalFlags, AllBadFlagsComeInOneError) {
  SetRequired();
  Set("output", TestDirectory());
  Set("max_bad_records", "1");
  Set("input", "records/id");
  EXPECT_THAT(EvalOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--output is a directory"),
                             HasSubstr("--max_bad_records is not for eval"),
                             HasSubstr("--input is not used"))));
}

}  // namespace
}  // namespace maskfill
