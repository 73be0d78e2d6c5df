#include "core/base/program_help.h"

#include <set>
#include <string>

#include "core/base/exit_code.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using testing::HasSubstr;

// What flags say is tested with those of the programs: tests/e2e/help_test.cc.
ProgramHelp Help() {
  return {.program = "look",
          .usage =
              "Looks at things.\nTwice.\n\n  look PATH\n  looks like\n"
              "  look --closely PATH",
          .arguments = {{.name = "PATH",
                         .facts = {.path = FlagPath::kInput, .required = true},
                         .help = "what to look at"}}};
}

TEST(HelpJson, TakesTheUsageApart) {
  const nlohmann::json json = nlohmann::json::parse(HelpJson(Help()));
  EXPECT_EQ(json["program"], "look");
  EXPECT_EQ(json["description"], "Looks at things.\nTwice.");
  EXPECT_EQ(json["usage"], Help().usage);
  EXPECT_EQ(json["examples"],
            nlohmann::json({"look PATH", "look --closely PATH"}));
}

TEST(HelpJson, HasTheArguments) {
  const nlohmann::json json = nlohmann::json::parse(HelpJson(Help()));
  ASSERT_EQ(json["arguments"].size(), 1u);
  const nlohmann::json& argument = json["arguments"][0];
  EXPECT_EQ(argument["name"], "PATH");
  EXPECT_EQ(argument["help"], "what to look at");
  EXPECT_EQ(argument["path"], "input file or directory");
  EXPECT_EQ(argument["required"], true);
  EXPECT_EQ(argument["list"], false);
}

TEST(HelpJson, SaysWhichExitCodesAreWorthARetry) {
  const nlohmann::json json = nlohmann::json::parse(HelpJson(Help()));
  std::set<int> all;
  std::set<int> retried;
  for (const auto& exit : json["exit_codes"]) {
    all.insert(exit["code"].get<int>());
    if (exit["retry"]) retried.insert(exit["code"].get<int>());
  }
  EXPECT_EQ(retried, (std::set<int>{73, 74, 75}));
  EXPECT_EQ(all, (std::set<int>{0, 64, 65, 66, 70, 73, 74, 75, 77, 78, 79}));
}

TEST(HelpText, HasUsageAndExitCodes) {
  const std::string text = HelpText(Help());
  EXPECT_THAT(text, HasSubstr("Looks at things.\nTwice.\n\n  look PATH\n"));
  EXPECT_THAT(text, HasSubstr("  73  disk full; try again\n"));
  EXPECT_THAT(text, HasSubstr("  79  training has diverged\n"));
}

}  // namespace
}  // namespace maskfill
