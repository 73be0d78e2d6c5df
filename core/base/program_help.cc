#include "core/base/program_help.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/build_facts.h"
#include "core/base/exit_code.h"
#include "core/base/number_text.h"
#include "gflags/gflags.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;
using Flag = gflags::CommandLineFlagInfo;

bool IsOurs(const std::string& filename) {
  // Flags of gflags, glog and LibTorch come from absolute or ../ paths.
  return absl::StrContains(filename, "_flags.cc") && filename[0] != '/' &&
         !absl::StrContains(filename, "external/");
}

// "core/work/bad_record_flags.cc" -> "bad record".
std::string Theme(const std::string& filename) {
  const size_t slash = filename.rfind('/');
  std::string theme = filename.substr(slash + 1);
  theme.resize(theme.rfind("_flags.cc"));
  std::replace(theme.begin(), theme.end(), '_', ' ');
  return theme;
}

// The program's own flags, which lie beside its main(), then the shared ones by
// theme.
std::vector<Flag> OurFlags() {
  std::vector<Flag> flags;
  gflags::GetAllFlags(&flags);
  std::erase_if(flags, [](const Flag& flag) { return !IsOurs(flag.filename); });
  std::stable_partition(flags.begin(), flags.end(), [](const Flag& flag) {
    return !absl::StartsWith(flag.filename, "core/");
  });
  return flags;
}

std::string RequiredText(const FlagFacts& facts) {
  if (!facts.required) return "";
  if (facts.unless.empty()) return ", required";
  return absl::StrCat(", required unless --",
                      absl::StrJoin(facts.unless, " or --"), " is given");
}

std::string KindText(const FlagFacts& facts) {
  if (facts.path == FlagPath::kNone) return "";
  return absl::StrCat(", ", facts.list ? "list: " : "", ToString(facts.path));
}

// As a person would write it: gflags tells 0.3 as 0.29999999999999999.
std::string DefaultText(const Flag& flag) {
  if (flag.type == "string")
    return absl::StrCat("\"", flag.default_value, "\"");
  if (flag.type != "double") return flag.default_value;
  return NumberText(std::strtod(flag.default_value.c_str(), nullptr));
}

std::string FlagText(const Flag& flag) {
  const FlagFacts facts = FactsOf(flag.name);
  const std::string shown =
      facts.required ? "" : absl::StrCat(", default ", DefaultText(flag));
  return absl::StrCat("  --", flag.name, " (", flag.type, KindText(facts),
                      RequiredText(facts), shown, ")\n      ", flag.description,
                      "\n");
}

// The value as JSON has it: numbers and switches are no texts.
Json TypedValue(const std::string& type, const std::string& text) {
  if (type == "bool") return text == "true";
  if (type == "double") return std::strtod(text.c_str(), nullptr);
  if (type == "uint64") return std::strtoull(text.c_str(), nullptr, 10);
  if (type == "string") return text;
  return static_cast<int64_t>(std::strtoll(text.c_str(), nullptr, 10));
}

void AddFacts(const FlagFacts& facts, Json* json) {
  (*json)["required"] = facts.required && facts.unless.empty();
  (*json)["required_unless"] = facts.unless;
  (*json)["path"] = std::string(ToString(facts.path));
  (*json)["list"] = facts.list;
  (*json)["values"] = facts.values;
}

Json FlagJson(const Flag& flag) {
  Json json = {{"name", flag.name},
               {"type", flag.type},
               {"default", TypedValue(flag.type, flag.default_value)},
               {"help", flag.description},
               {"group", Theme(flag.filename)}};
  AddFacts(FactsOf(flag.name), &json);
  return json;
}

Json ArgumentJson(const ProgramArgument& argument) {
  Json json = {{"name", argument.name}, {"help", argument.help}};
  AddFacts(argument.facts, &json);
  return json;
}

std::string Description(const std::string& usage) {
  return usage.substr(0, usage.find("\n\n"));
}

// The usage's lines that are commands of the program.
std::vector<std::string> Examples(const ProgramHelp& help) {
  std::vector<std::string> examples;
  for (const absl::string_view line : absl::StrSplit(help.usage, '\n')) {
    if (!absl::StartsWith(line, absl::StrCat("  ", help.program, " "))) {
      continue;
    }
    examples.emplace_back(absl::StripAsciiWhitespace(line));
  }
  return examples;
}

}  // namespace

std::string HelpText(const ProgramHelp& help) {
  std::string text = help.usage + "\n";
  std::string theme;
  for (const Flag& flag : OurFlags()) {
    if (Theme(flag.filename) != theme) {
      theme = Theme(flag.filename);
      absl::StrAppend(&text, "\nFlags, ", theme, ":\n");
    }
    text += FlagText(flag);
  }
  text +=
      "Also: --flagfile=FILE reads flags from a file, --help=json says all "
      "this "
      "as JSON, --version, and glog's --v and --minloglevel.\n\nExit codes:\n";
  for (const ExitCodeMeaning& exit : ExitCodeMeanings()) {
    absl::StrAppendFormat(&text, "  %2d  %s%s\n", exit.code, exit.meaning,
                          exit.retry ? "; try again" : "");
  }
  return text;
}

std::string HelpJson(const ProgramHelp& help) {
  Json json = {{"program", help.program},
               {"version", std::string(kToolVersion)},
               {"description", Description(help.usage)},
               {"usage", help.usage},
               {"examples", Examples(help)},
               {"arguments", Json::array()},
               {"flags", Json::array()},
               {"exit_codes", Json::array()}};
  for (const ProgramArgument& argument : help.arguments) {
    json["arguments"].push_back(ArgumentJson(argument));
  }
  for (const Flag& flag : OurFlags()) json["flags"].push_back(FlagJson(flag));
  for (const ExitCodeMeaning& exit : ExitCodeMeanings()) {
    json["exit_codes"].push_back({{"code", exit.code},
                                  {"name", exit.name},
                                  {"meaning", exit.meaning},
                                  {"retry", exit.retry}});
  }
  return json.dump(2) + "\n";
}

}  // namespace maskfill
