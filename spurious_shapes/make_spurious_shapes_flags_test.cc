#include "spurious_shapes/make_spurious_shapes_flags.h"

#include <vector>

#include "gflags/gflags.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

void Set(const char* flag, const char* value) {
  ASSERT_FALSE(gflags::SetCommandLineOption(flag, value).empty()) << flag;
}

TEST(MakeSpuriousShapesFlags, DefaultToTheBenchmark) {
  gflags::FlagSaver saver;
  Set("output", "out");
  ASSERT_OK_AND_ASSIGN(const BenchmarkOptions options,
                       BenchmarkOptionsFromFlags());
  EXPECT_EQ(options.train_size, 3000);
  EXPECT_EQ(options.test_size, 1000);
  EXPECT_EQ(options.correlation, 0.95);
  EXPECT_EQ(options.image_size, 56);
  EXPECT_EQ(options.suites.size(), kNumSuites);
  EXPECT_EQ(BenchmarkWork(options).options.size(), 5u);
}

TEST(MakeSpuriousShapesFlags, SortsSuites) {
  gflags::FlagSaver saver;
  Set("output", "out");
  Set("suites", "a, train ,a");
  ASSERT_OK_AND_ASSIGN(const BenchmarkOptions options,
                       BenchmarkOptionsFromFlags());
  EXPECT_EQ(options.suites, (std::vector<Suite>{Suite::kTrain, Suite::kA}));
}

TEST(MakeSpuriousShapesFlags, ListsAllBadFlagsAtOnce) {
  gflags::FlagSaver saver;
  Set("train_size", "9");
  Set("correlation", "1.5");
  Set("suites", "train,v3");
  Set("image_size", "0");
  EXPECT_THAT(
      BenchmarkOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--output is missing"),
                     HasSubstr("--train_size is 9"),
                     HasSubstr("--correlation is 1.5"), HasSubstr("\"v3\""),
                     HasSubstr("--image_size is 0"))));
}

TEST(MakeSpuriousShapesFlags, NameASet) {
  gflags::FlagSaver saver;
  Set("output", "out");
  Set("suites", ", ");
  EXPECT_THAT(BenchmarkOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--suites names no set")));
}

TEST(MakeSpuriousShapesFlags, RefuseWhatIsNotANumber) {
  gflags::FlagSaver saver;
  Set("output", "out");
  Set("correlation", "nan");
  EXPECT_THAT(BenchmarkOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace maskfill
