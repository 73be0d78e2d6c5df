#include "ingest/ingest_flags.h"

#include <string>

#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class IngestFlags : public testing::Test {
 protected:
  void SetUp() override {
    Set("source", "data");
    Set("output", "out");
  }
  static void Set(const char* flag, const std::string& value) {
    ASSERT_FALSE(gflags::SetCommandLineOption(flag, value.c_str()).empty());
  }

 private:
  gflags::FlagSaver saver_;
};

TEST_F(IngestFlags, TakeTrainAsTheSplitOfDataWithSplits) {
  Set("layout", "imagenet");
  ASSERT_OK_AND_ASSIGN(const IngestOptions options, IngestOptionsFromFlags());
  EXPECT_EQ(options.split, "train");
}

TEST_F(IngestFlags, TakeTestAsTheSplitOfTestSets) {
  for (const char* layout : {"imagenet_v2", "imagenet_r", "imagenet_sketch",
                             "imagenet_a", "objectnet"}) {
    Set("layout", layout);
    ASSERT_OK_AND_ASSIGN(const IngestOptions options, IngestOptionsFromFlags());
    EXPECT_EQ(options.split, "test");
  }
  Set("split", "val");
  ASSERT_OK_AND_ASSIGN(const IngestOptions options, IngestOptionsFromFlags());
  EXPECT_EQ(options.split, "val");
}

TEST_F(IngestFlags, TakeClassesForEveryLayout) {
  Set("classes", "classes.json");
  for (const char* layout : {"folder", "imagenet", "objectnet"}) {
    Set("layout", layout);
    ASSERT_OK_AND_ASSIGN(const IngestOptions options, IngestOptionsFromFlags());
    EXPECT_EQ(options.classes_file, "classes.json");
  }
}

TEST_F(IngestFlags, ListEverythingThatIsWrong) {
  Set("source", "");
  Set("layout", "imagenet_w");
  Set("split", "dev");
  EXPECT_THAT(IngestOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--source"), HasSubstr("imagenet_w"),
                             HasSubstr("\"dev\""))));
}

}  // namespace
}  // namespace maskfill
