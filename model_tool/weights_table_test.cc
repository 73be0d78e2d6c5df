#include "model_tool/weights_table.h"

#include <string>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(WeightsTable, NamesWhatComesInAndGoesOut) {
  EXPECT_THAT(WeightsTable(),
              AllOf(HasSubstr("| `vision_model.*` | Hugging Face's"),
                    HasSubstr("| `open_clip`, `openai`, `pt` |"),
                    HasSubstr("| safetensors | one file")));
}

// bazel-bin/model_tool/inspect_model --formats prints it.
TEST(WeightsTable, StandsInTheReadme) {
  EXPECT_THAT(ReadFile("README.md"), IsOkAndHolds(HasSubstr(WeightsTable())));
}

}  // namespace
}  // namespace maskfill
