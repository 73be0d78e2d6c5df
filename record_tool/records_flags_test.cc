#include "record_tool/records_flags.h"

#include <string>
#include <vector>

#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RecordsFlags : public testing::Test {
 protected:
  void Set(const char* name, const char* value) {
    ASSERT_NE(gflags::SetCommandLineOption(name, value), "") << name;
  }
  absl::StatusOr<RecordsOptions> Options(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "records");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    return RecordsOptionsFromFlags(static_cast<int>(argv.size()), argv.data());
  }

  gflags::FlagSaver saver_;  // restores every flag
};

TEST_F(RecordsFlags, CommandAndPathAreEnough) {
  ASSERT_OK_AND_ASSIGN(const RecordsOptions options,
                       Options({"verify", "cams"}));
  EXPECT_EQ(options.command, RecordsCommand::kVerify);
  EXPECT_EQ(options.path, "cams");
  EXPECT_OK(Options({"croissant", "cams"}));
}

TEST_F(RecordsFlags, ExportTakesFormatAndOutput) {
  Set("to", "webdataset");
  Set("output", "there");
  Set("num_threads", "3");
  ASSERT_OK_AND_ASSIGN(const RecordsOptions options,
                       Options({"export", "cams"}));
  EXPECT_EQ(options.to, SampleFormat::kWebDataset);
  EXPECT_EQ(options.run.input, "cams");
  EXPECT_EQ(options.run.output, "there");
  EXPECT_EQ(options.run.num_threads, 3);
}

TEST_F(RecordsFlags, WhatIsMissingIsNamedAtOnce) {
  Set("to", "parquet");
  EXPECT_THAT(Options({"export", "cams"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"parquet\""),
                             HasSubstr("tf_example or webdataset"),
                             HasSubstr("--output is missing"))));
  EXPECT_THAT(Options({"cat"}), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("found 1 arguments")));
  EXPECT_THAT(Options({"show", "cams"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"show\""), HasSubstr("salvage"))));
}

TEST_F(RecordsFlags, AFlagOfAnotherCommandIsRefused) {
  Set("to", "webdataset");
  Set("limit", "-1");
  EXPECT_THAT(Options({"cat", "cams"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("records cat takes no --to, expected of "
                                       "--type --limit"),
                             HasSubstr("--limit is -1"))));
  EXPECT_THAT(Options({"index", "cams"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("records index takes no --limit")));
}

}  // namespace
}  // namespace maskfill
