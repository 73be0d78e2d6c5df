#include "core/base/init.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

DEFINE_int32(number, 1, "a number");
DEFINE_bool(yes, false, "a switch");
DEFINE_string(text, "", "a text");

namespace maskfill {
namespace {

using testing::ExitedWithCode;

// InitMain with these arguments; returns what is left, without argv[0].
std::vector<std::string> Init(std::vector<std::string> arguments,
                              size_t max_positional = 0) {
  arguments.insert(arguments.begin(), "program");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  int argc = static_cast<int>(arguments.size());
  char** argv = pointers.data();
  InitMain("program: does nothing.", &argc, &argv,
           std::vector<ProgramArgument>(max_positional));
  return std::vector<std::string>(argv + 1, argv + argc);
}

// Each case ends its process, so that glog is started once per process.
void InitAndExit(const std::vector<std::string>& arguments,
                 size_t max_positional = 0) {
  const std::vector<std::string> left = Init(arguments, max_positional);
  std::string joined;
  for (const std::string& argument : left) joined += argument + " ";
  std::fprintf(stderr, "number=%d yes=%d text=%s left=%s\n", FLAGS_number,
               FLAGS_yes, FLAGS_text.c_str(), joined.c_str());
  std::exit(0);
}

TEST(InitMainDeathTest, AnExceptionThatNobodyCatchesHasAnExitCode) {
  const auto throws = []() noexcept {
    Init({});
    std::rethrow_exception(std::make_exception_ptr(std::bad_alloc()));
  };
  EXPECT_EXIT(throws(), ExitedWithCode(73), "out of memory");
}

TEST(InitMainDeathTest, SetsFlagsAndLeavesArguments) {
  EXPECT_EXIT(
      InitAndExit({"--number=3", "stat", "--yes", "-text", "a b", "x"}, 2),
      ExitedWithCode(0), "number=3 yes=1 text=a b left=stat x");
}

TEST(InitMainDeathTest, TakesNegatedFlagsAndDashes) {
  EXPECT_EXIT(InitAndExit({"--yes", "--noyes", "--text=--x"}),
              ExitedWithCode(0), "yes=0 text=--x");
}

TEST(InitMainDeathTest, StopsAtADoubleDash) {
  EXPECT_EXIT(InitAndExit({"--", "--number"}, 1), ExitedWithCode(0),
              "number=1 yes=0 text= left=--number");
}

TEST(InitMainDeathTest, RefusesUnknownFlags) {
  EXPECT_EXIT(InitAndExit({"--nubmer=3"}), ExitedWithCode(kExitUsage),
              "error: unknown flag --nubmer");
}

TEST(InitMainDeathTest, RefusesValuesOfAnotherType) {
  EXPECT_EXIT(InitAndExit({"--number=x"}), ExitedWithCode(kExitUsage),
              "error: --number takes a value of type int32, found \"x\"");
  EXPECT_EXIT(InitAndExit({"--number", "x"}), ExitedWithCode(kExitUsage),
              "error: --number takes a value of type int32, found \"x\"");
  EXPECT_EXIT(InitAndExit({"--number"}), ExitedWithCode(kExitUsage),
              "error: --number has no value");
}

TEST(InitMainDeathTest, RefusesArgumentsThatAreLeftOver) {
  EXPECT_EXIT(InitAndExit({"a", "b"}, 1), ExitedWithCode(kExitUsage),
              "error: unexpected argument \"b\"");
}

TEST(InitMainDeathTest, ReadsFlagsFromAFile) {
  const std::string path = TestDirectory() + "/flags";
  ASSERT_OK(WriteFileUnsynced(path, "--number=5\n"));
  EXPECT_EXIT(InitAndExit({"--flagfile=" + path}), ExitedWithCode(0),
              "number=5");
}

TEST(InitMainDeathTest, RefusesABadFlagFile) {
  const std::string path = TestDirectory() + "/flags";
  const auto refuses = [&path](const std::string& text, const char* error) {
    ASSERT_OK(WriteFileUnsynced(path, text));
    EXPECT_EXIT(InitAndExit({"--flagfile=" + path}), ExitedWithCode(kExitUsage),
                error);
  };
  EXPECT_EXIT(InitAndExit({"--flagfile=" + path}), ExitedWithCode(kExitUsage),
              "error: cannot read --flagfile");
  refuses("# a comment\n\n--nubmer=5\n", "error: unknown flag --nubmer");
  refuses("--number=x\n", "error: --number takes a value of type int32");
  refuses("--number 5\n", "error: unknown flag --number 5");
  refuses("--number\n5\n", "error: --flagfile \".*\" has the line \"5\"");
  refuses("--flagfile=" + path, "contains itself");
}

// Runs a program with the flag --number=3; returns its exit code.
int RunProgram(const std::function<absl::Status()>& run) {
  std::string program = "program", number = "--number=3";
  char* argv[] = {program.data(), number.data(), nullptr};
  return RunMain("program: does nothing.", 2, argv, run);
}

TEST(RunMainDeathTest, RunsWithItsFlags) {
  const auto run = [] {
    return FLAGS_number == 3 ? absl::OkStatus() : absl::InternalError("");
  };
  EXPECT_EXIT(std::exit(RunProgram(run)), ExitedWithCode(kExitOk), "");
}

TEST(RunMainDeathTest, EndsWithTheExitCodeOfTheError) {
  const auto run = [] { return absl::NotFoundError("nothing there"); };
  EXPECT_EXIT(std::exit(RunProgram(run)), ExitedWithCode(kExitNoInput),
              "nothing there");
}

TEST(InitMainDeathTest, HelpEndsWithZero) {
  EXPECT_EXIT(InitAndExit({"--help"}), ExitedWithCode(kExitOk), "");
}

TEST(InitMainDeathTest, KnowsTwoKindsOfHelp) {
  EXPECT_EXIT(InitAndExit({"--help=json"}), ExitedWithCode(kExitOk), "");
  EXPECT_EXIT(InitAndExit({"--help=yaml"}), ExitedWithCode(kExitUsage),
              "found --help=yaml, expected --help or --help=json");
}

}  // namespace
}  // namespace maskfill
