#include "core/base/flag_facts.h"

#include <cstring>
#include <map>
#include <string>

namespace maskfill {
namespace {

// Tables in other files are constructed in any order.
std::map<std::string, FlagFacts>& AllFacts() {
  static auto* const facts = new std::map<std::string, FlagFacts>;
  return *facts;
}

}  // namespace

absl::string_view ToString(FlagPath path) {
  switch (path) {
    case FlagPath::kNone:
      return "";
    case FlagPath::kInputFile:
      return "input file";
    case FlagPath::kInputDirectory:
      return "input directory";
    case FlagPath::kInput:
      return "input file or directory";
    case FlagPath::kOutputFile:
      return "output file";
    case FlagPath::kOutputDirectory:
      return "output directory";
    case FlagPath::kOutput:
      return "output file or directory";
  }
  return "";
}

FlagFactsTable::FlagFactsTable(
    const std::vector<std::pair<std::string, FlagFacts>>& facts) {
  for (const auto& [flag, more] : facts) {
    FlagFacts& known = AllFacts()[flag];
    if (more.path != FlagPath::kNone) known.path = more.path;
    known.list |= more.list;
    known.required |= more.required;
    known.unless.insert(known.unless.end(), more.unless.begin(),
                        more.unless.end());
    known.values.insert(known.values.end(), more.values.begin(),
                        more.values.end());
  }
}

const char* FlagHelp(absl::string_view text) {
  return strdup(std::string(text).c_str());
}

FlagFacts FactsOf(const std::string& flag) {
  const auto found = AllFacts().find(flag);
  return found == AllFacts().end() ? FlagFacts{} : found->second;
}

}  // namespace maskfill
