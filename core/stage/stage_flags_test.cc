#include "core/stage/stage_flags.h"

#include "core/base/status_matchers.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Restores all flags at the end of a test.
class StageFlagsTest : public testing::Test {
 protected:
  void Set(const char* name, const char* value) {
    ASSERT_FALSE(gflags::SetCommandLineOption(name, value).empty()) << name;
  }

 private:
  gflags::FlagSaver saver_;
};

TEST_F(StageFlagsTest, FillsTheOptions) {
  Set("input", "in");
  Set("output", "out");
  Set("task_index", "1");
  Set("task_count", "4");
  Set("seed", "18446744073709551615");
  Set("progress", "none");
  Set("max_bad_records", "3");
  Set("num_threads", "2");
  FlagErrors errors;
  const StageOptions options = StageOptionsFromFlags(&errors);
  EXPECT_OK(errors.ToStatus());
  EXPECT_EQ(options.input, "in");
  EXPECT_EQ(options.output, "out");
  EXPECT_EQ(options.task_index, 1);
  EXPECT_EQ(options.task_count, 4);
  EXPECT_EQ(options.seed, 18446744073709551615ull);
  EXPECT_EQ(options.progress, ProgressMode::kNone);
  EXPECT_EQ(options.max_bad_records, 3);
  EXPECT_EQ(options.num_threads, 2);
}

TEST_F(StageFlagsTest, ListsAllBadFlagsAtOnce) {
  Set("progress", "loud");
  Set("max_bad_records", "-1");
  Set("num_threads", "-2");
  Set("task_index", "4");
  Set("task_count", "4");
  FlagErrors errors;
  StageOptionsFromFlags(&errors);
  EXPECT_THAT(
      errors.ToStatus(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--input is missing"),
                     HasSubstr("--output is missing"), HasSubstr("\"loud\""),
                     HasSubstr("--max_bad_records is -1"),
                     HasSubstr("--num_threads is -2"),
                     HasSubstr("the task is 4 of 4"))));
}

TEST_F(StageFlagsTest, RefusesFlagsThatTheProgramDoesNotUse) {
  Set("input", "in");
  Set("output", "out");
  Set("task_index", "0");
  FlagErrors errors;
  StageOptionsFromFlags(&errors, {.input = false, .tasks = false});
  EXPECT_THAT(errors.ToStatus(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--input is not used"),
                             HasSubstr("--task_index is not used"),
                             Not(HasSubstr("--output")))));
}

}  // namespace
}  // namespace maskfill
