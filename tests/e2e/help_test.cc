// What the programs say of themselves in --help=json is what they do: the flags
// that they miss, the values that they refuse.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/exit_code.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "re2/re2.h"
#include "tests/support/program.h"

namespace maskfill {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kNotAValue[] = "no-such-value";

// Flags and arguments under which a flag counts, where it does not by itself.
const std::map<std::string, std::vector<std::string>> kTogetherWith = {
    {"records --to", {"export", "a"}},
    {"eval --ensemble", {"--from_predictions=a"}},
    {"eval --prediction_contents", {"--predictions=a"}},
    {"train --fill", {"--mode=fd_mask", "--cam_source=online"}},
    {"train --mask", {"--mode=fd_mask", "--cam_source=online"}},
    {"train --donors", {"--mode=fd_mask", "--cam_source=online"}},
    {"merge_models --precision", {"--method=greedy_soup"}},
    {"merge_models --progress", {"--method=greedy_soup"}},
    {"records --progress", {"export", "a", "--to=tf_example"}},
};

// Texts about files that are no paths.
const std::set<std::string> kNoPaths = {
    "import_model --state_key", "ingest --ignore", "inspect_model --state_key",
    "merge_models --alpha", "train --rendezvous"};

class Help : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const ProgramResult result = Run({"--help=json"});
    ASSERT_EQ(result.exit_code, kExitOk) << result.err;
    help_ = Json::parse(result.out);
  }

  ProgramResult Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), GetParam());
    return RunProgram(arguments);
  }
  std::string Named(const Json& flag) {
    return absl::StrCat(help_["program"].get<std::string>(), " --",
                        flag["name"].get<std::string>());
  }

  Json help_;
};

// "error: 2 flags are wrong: --input is missing ...; --output ..." -> the
// names.
std::set<std::string> MissingFlags(const std::string& err) {
  std::set<std::string> missing;
  re2::StringPiece rest(err);
  std::string name;
  static const RE2 kMissing(
      "--([a-z_]+)(?: is missing| names 0 |: format \"\" is unknown)");
  while (RE2::FindAndConsume(&rest, kMissing, &name)) missing.insert(name);
  return missing;
}

TEST_P(Help, MissesWhatItCallsRequired) {
  if (!help_["arguments"].empty()) GTEST_SKIP() << "has arguments";
  std::set<std::string> required;
  for (const Json& flag : help_["flags"]) {
    if (flag["required"] || !flag["required_unless"].empty()) {
      required.insert(flag["name"].get<std::string>());
    }
  }
  const ProgramResult result = Run({});
  EXPECT_EQ(result.exit_code, kExitUsage) << result.err;
  EXPECT_EQ(MissingFlags(result.err), required) << result.err;
}

TEST_P(Help, KnowsTheFlagsThatMakeOthersNeedless) {
  std::set<std::string> names;
  for (const Json& flag : help_["flags"]) names.insert(flag["name"]);
  for (const Json& flag : help_["flags"]) {
    for (const Json& other : flag["required_unless"]) {
      EXPECT_TRUE(names.count(other.get<std::string>())) << Named(flag);
    }
  }
}

TEST_P(Help, TakesNoOtherValues) {
  for (const Json& flag : help_["flags"]) {
    if (flag["values"].empty() || flag["path"] != "") continue;
    SCOPED_TRACE(Named(flag));
    std::vector<std::string> arguments = {
        absl::StrCat("--", flag["name"].get<std::string>(), "=", kNotAValue)};
    const auto others = kTogetherWith.find(Named(flag));
    if (others != kTogetherWith.end()) {
      arguments.insert(arguments.end(), others->second.begin(),
                       others->second.end());
    }
    const ProgramResult result = Run(arguments);
    EXPECT_EQ(result.exit_code, kExitUsage) << result.err;
    EXPECT_THAT(result.err, HasSubstr(kNotAValue));
    for (const Json& value : flag["values"]) {
      EXPECT_THAT(result.err, HasSubstr(value.get<std::string>()));
    }
  }
}

TEST_P(Help, HasADefaultAmongTheValues) {
  for (const Json& flag : help_["flags"]) {
    const Json& values = flag["values"];
    const std::string value = flag["type"] == "string" ? flag["default"] : "";
    if (values.empty() || value.empty()) continue;
    for (const std::string& part :
         std::vector<std::string>(absl::StrSplit(value, ','))) {
      EXPECT_NE(std::find(values.begin(), values.end(), part), values.end())
          << Named(flag) << ": " << part;
    }
  }
}

TEST_P(Help, SaysWhatEveryPathIs) {
  static const RE2 kOfPaths("(?i)\\b(file|files|directory|directories)\\b");
  for (const Json& flag : help_["flags"]) {
    if (flag["type"] != "string" || flag["path"] != "" ||
        !flag["values"].empty() || kNoPaths.count(Named(flag)) > 0) {
      continue;
    }
    EXPECT_FALSE(RE2::PartialMatch(flag["help"].get<std::string>(), kOfPaths))
        << Named(flag)
        << " speaks of a file or directory; its FlagFacts say no path";
  }
}

TEST_P(Help, SaysTheSameAsText) {
  const ProgramResult text = Run({"--help"});
  ASSERT_EQ(text.exit_code, kExitOk) << text.err;
  EXPECT_THAT(text.out, HasSubstr(help_["usage"].get<std::string>()));
  EXPECT_THAT(help_["examples"], testing::Not(IsEmpty()));
  size_t flags = 0;
  for (const std::string& line :
       std::vector<std::string>(absl::StrSplit(text.out, '\n'))) {
    flags += absl::StartsWith(line, "  --") ? 1 : 0;
  }
  EXPECT_EQ(flags, help_["flags"].size());
  for (const Json& flag : help_["flags"]) {
    const std::string name = flag["name"];
    EXPECT_THAT(text.out, HasSubstr(absl::StrCat("  --", name, " (")));
    EXPECT_THAT(text.out, HasSubstr(flag["help"].get<std::string>()));
  }
}

TEST_P(Help, HasAVersionThatSaysWhatItWasBuiltFrom) {
  const ProgramResult result = Run({"--version"});
  EXPECT_EQ(result.exit_code, kExitOk);
  EXPECT_THAT(result.out,
              HasSubstr(absl::StrCat(
                  help_["program"].get<std::string>(), " version ",
                  help_["version"].get<std::string>(), ", commit ")));
}

INSTANTIATE_TEST_SUITE_P(
    Programs, Help,
    testing::Values("cam_tool/cam_compare", "cam_tool/cam_tool", "eval/eval",
                    "eval/report/report", "feature_tool/feature_compare",
                    "feature_tool/feature_tool", "ingest/ingest",
                    "mask_tool/mask_tool", "model_tool/build_zeroshot",
                    "model_tool/export_model", "model_tool/import_model",
                    "model_tool/inspect_model", "model_tool/make_random_clip",
                    "model_tool/merge_models", "record_tool/records",
                    "spurious_shapes/make_spurious_shapes",
                    "spurious_shapes/pretrain/pretrain_clip", "train/train"),
    [](const testing::TestParamInfo<const char*>& info) {
      const std::string path = info.param;
      return path.substr(path.rfind('/') + 1);
    });

}  // namespace
}  // namespace maskfill
