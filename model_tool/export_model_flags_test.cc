#include "model_tool/export_model_flags.h"

#include "absl/status/status.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

void Set(const char* name, const char* value) {
  ASSERT_NE(gflags::SetCommandLineOption(name, value), "") << name;
}

TEST(ExportModelFlags, KnowEveryFormat) {
  const gflags::FlagSaver saver;
  Set("checkpoint", "a");
  Set("output", "b");
  for (const char* format : {"open_clip", "hf", "openai", "pt"}) {
    Set("format", format);
    ASSERT_OK_AND_ASSIGN(const ExportModelOptions options,
                         ExportModelOptionsFromFlags());
    EXPECT_EQ(ToString(options.format), format);
  }
}

TEST(ExportModelFlags, AllBadFlagsComeInOneError) {
  const gflags::FlagSaver saver;
  Set("format", "onnx");
  EXPECT_THAT(ExportModelOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--output"), HasSubstr("--checkpoint"),
                             HasSubstr("format \"onnx\" is unknown; expected "
                                       "one of open_clip, hf, openai, pt"))));
}

}  // namespace
}  // namespace maskfill
