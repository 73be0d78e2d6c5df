// A run's events in TensorBoard itself, by read_events.py. Skipped where it is
// not installed.

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/files.h"
#include "core/training/event_file.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

// read_events.py's code for a library that is not installed.
constexpr int kNotInstalled = 77;

void WriteSteps(const std::string& dir, int64_t first, int64_t last,
                double sign) {
  ASSERT_OK_AND_ASSIGN(const auto train,
                       EventFile::Open(JoinPath(dir, "train"), first - 1));
  ASSERT_OK_AND_ASSIGN(const auto validation,
                       EventFile::Open(JoinPath(dir, "validation"), first - 1));
  for (int64_t step = first; step <= last; ++step) {
    ASSERT_OK(train->Append(
        {{"step", step}, {"loss", sign / step}, {"accuracy", 0.5}}));
    if (step % 3 == 1) {
      Image picture(2, 3);
      picture.Row(1)[6] = static_cast<uint8_t>(step);
      ASSERT_OK(train->AppendPicture(step, "counterfactuals", picture));
    }
    if (step % 3 == 0) {
      ASSERT_OK(validation->Append(
          {{"step", step},
           {"accuracy", sign * static_cast<double>(step) / 12},
           {"best", true}}));
    }
  }
}

TEST(EventsInTensorBoard, AreThereOnceAlsoOfARunThatWentOn) {
  const std::filesystem::path script =
      std::filesystem::canonical("tests/libraries/read_events.py");
  const std::string python =
      script.parent_path().parent_path().parent_path() / ".venv/bin/python";
  if (!PathExists(python)) GTEST_SKIP() << "there is no " << python;
  const std::string dir = TestDirectory();
  // What step 3 and 4 were in the run that died shows nowhere.
  WriteSteps(dir, 1, 2, 1);
  WriteSteps(dir, 3, 4, -1);
  WriteSteps(dir, 3, 6, 1);
  const ProgramResult result = RunProgram({python, script, dir});
  if (result.exit_code == kNotInstalled) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

}  // namespace
}  // namespace maskfill
