#include "core/work/run_flags.h"

#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// Restores all flags at the end of a test.
class RunFlagsTest : public testing::Test {
 protected:
  void Set(const char* name, const char* value) {
    ASSERT_FALSE(gflags::SetCommandLineOption(name, value).empty()) << name;
  }
  void TakeAll() {
    TakeInputFlag(&options_, &errors_);
    TakeOutputFlags("a directory to write", &options_, &errors_);
    TakeTaskFlags(&options_, &errors_);
    TakeSeedFlag(&options_);
    TakeProgressFlag(&options_, &errors_);
    TakeBadRecordFlag(&options_, &errors_);
    TakeThreadFlag(&options_, &errors_);
  }

  RunOptions options_;
  FlagErrors errors_;

 private:
  gflags::FlagSaver saver_;
};

TEST_F(RunFlagsTest, FillTheOptions) {
  Set("input", "in");
  Set("output", "out");
  Set("task_index", "1");
  Set("task_count", "4");
  Set("seed", "18446744073709551615");
  Set("progress", "none");
  Set("max_bad_records", "3");
  Set("num_threads", "2");
  TakeAll();
  EXPECT_OK(errors_.ToStatus());
  EXPECT_EQ(options_.input, "in");
  EXPECT_EQ(options_.output, "out");
  EXPECT_EQ(options_.task_index, 1);
  EXPECT_EQ(options_.task_count, 4);
  EXPECT_EQ(options_.seed, 18446744073709551615ull);
  EXPECT_EQ(options_.progress, ProgressMode::kNone);
  EXPECT_EQ(options_.max_bad_records, 3);
  EXPECT_EQ(options_.num_threads, 2);
}

TEST_F(RunFlagsTest, ListAllThatIsWrongAtOnce) {
  Set("progress", "loud");
  Set("max_bad_records", "-1");
  Set("num_threads", "100000");
  Set("task_index", "4");
  Set("task_count", "4");
  TakeAll();
  EXPECT_THAT(errors_.ToStatus(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--input is missing"),
                             HasSubstr("--output is missing, expected a "
                                       "directory to write"),
                             HasSubstr("\"loud\""),
                             HasSubstr("--max_bad_records is -1"),
                             HasSubstr("--num_threads is 100000"),
                             HasSubstr("the task is 4 of 4"))));
}

TEST(ParseList, LeavesOutSpacesAndEmptyParts) {
  EXPECT_THAT(ParseList("a, b c ,,d,"), ElementsAre("a", "b c", "d"));
  EXPECT_THAT(ParseList(""), ElementsAre());
}

}  // namespace
}  // namespace maskfill
