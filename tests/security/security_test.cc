// What SECURITY.md promises, where no test beside the code can show it.

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"

namespace maskfill {
namespace {

// What makes code of what is read, in LibTorch (beginnings) and in libc.
constexpr const char* kRunners[] = {
    "torch::jit::load(",     "torch::jit::_load_for_mobile(",
    "torch::jit::import_",   "torch::jit::readArchive",
    "torch::jit::unpickle(", "torch::jit::pickle_load(",
    "torch::jit::Module::",  "torch::jit::Unpickler::",
    "torch::pickle_load(",   "torch::load",
};
constexpr const char* kLaunchers[] = {
    "system", "popen",  "dlopen", "execl",   "execle",      "execlp",
    "execv",  "execve", "execvp", "execvpe", "posix_spawn", "posix_spawnp",
};

// The functions of libraries that a program refers to.
std::vector<std::string> SymbolsOf(const std::string& program) {
  const ProgramResult result =
      RunProgram({"/usr/bin/nm", "--undefined-only", "--demangle",
                  std::filesystem::absolute(program).string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<std::string> symbols;
  for (const absl::string_view line : absl::StrSplit(result.out, '\n')) {
    // "                 U close" or, of other versions, "... close@GLIBC_2.2.5"
    if (line.size() <= 19) continue;
    symbols.emplace_back(line.substr(19, line.find('@') - 19));
  }
  return symbols;
}

TEST(ReadersOfWeights, ReferToNothingThatRunsWhatTheyRead) {
  for (const char* program :
       {"model_tool/import_model", "model_tool/inspect_model"}) {
    bool reads = false;
    for (const std::string& symbol : SymbolsOf(program)) {
      reads |= symbol == "open";
      for (const char* runner : kRunners) {
        EXPECT_FALSE(absl::StartsWith(symbol, runner))
            << program << ": " << symbol;
      }
      for (const char* launcher : kLaunchers) EXPECT_NE(symbol, launcher);
    }
    EXPECT_TRUE(reads) << program << " has other symbols than expected";
  }
}

TEST(Configurations, ReachAShellWithNamesAndFlagsOnly) {
  const std::string script =
      std::filesystem::canonical("tests/security/study_names_test.py").string();
  const ProgramResult result = RunProgram({"/usr/bin/python3", script});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(absl::StrContains(result.err, "Ran 4 tests")) << result.err;
}

}  // namespace
}  // namespace maskfill
