#include "core/training/launch_flags.h"

#include <map>
#include <string>

#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

absl::StatusOr<RankOptions> Parse(
    const std::map<std::string, std::string>& flags) {
  const gflags::FlagSaver restore_afterwards;
  for (const auto& [name, value] : flags) {
    EXPECT_NE(gflags::SetCommandLineOption(name.c_str(), value.c_str()), "")
        << name;
  }
  RankOptions options;
  FlagErrors errors;
  TakeLaunchFlags(&options, &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

TEST(LaunchFlags, AreOfOneProcessByDefault) {
  ASSERT_OK_AND_ASSIGN(const RankOptions options,
                       Parse({{"launcher", "none"}}));
  EXPECT_EQ(options.launch.size, 1);
  EXPECT_EQ(options.collective_timeout, absl::Minutes(10));
}

TEST(LaunchFlags, SayWhichProcessThisIs) {
  ASSERT_OK_AND_ASSIGN(const RankOptions options,
                       Parse({{"rank", "1"},
                              {"num_ranks", "3"},
                              {"rendezvous", "somewhere:1234"},
                              {"collective_timeout", "2.5"}}));
  EXPECT_EQ(options.launch.rank, 1);
  EXPECT_EQ(options.launch.size, 3);
  EXPECT_EQ(options.launch.rendezvous, "somewhere:1234");
  EXPECT_EQ(options.collective_timeout, absl::Milliseconds(2500));
}

TEST(LaunchFlags, AreRefusedTogether) {
  EXPECT_THAT(Parse({{"rank", "3"},
                     {"num_ranks", "3"},
                     {"rendezvous", "somewhere:1234"},
                     {"collective_timeout", "0"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("rank 3 of 3"),
                             HasSubstr("--collective_timeout is 0"))));
}

}  // namespace
}  // namespace maskfill
