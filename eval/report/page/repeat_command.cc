#include "eval/report/page/repeat_command.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace maskfill {
namespace {

// The flag that an input with this role came by.
struct RoleFlag {
  absl::string_view role;
  const char* flag;
};
constexpr RoleFlag kRoleFlags[] = {
    {"images", "input"},
    {"held_out", "input"},
    {"donors", "donor_input"},
    {"cams", "cams"},
    {"counterfactuals", "counterfactuals"},
    {"checkpoint", "checkpoint"},
    {"teacher", "teacher"},
    {"teacher_features", "teacher_features"},
    {"validation", "validation"},
    {"source", "source"},
    {"class_names", "class_names"},
    {"templates", "templates"},
};
// Options that follow from inputs, and so have no flag.
constexpr absl::string_view kNoFlags[] = {"scoring_version", "grid_size"};
constexpr absl::string_view kMerged = "checkpoint_";  // _1, _2, ...

std::string Flag(absl::string_view name, absl::string_view value) {
  return absl::StrCat(" --", name, "=", ShellWord(value));
}

// As the flag takes it: torch names devices in capitals.
std::string ValueOf(const v1::Option& option) {
  return option.name() == "device" ? absl::AsciiStrToLower(option.value())
                                   : option.value();
}

// Evaluations name their sets' inputs by the sets.
bool IsEvaluation(const v1::Manifest& entry) { return entry.tool() == "eval"; }

}  // namespace

std::string ShellWord(absl::string_view text) {
  const bool is_plain =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) ||
               absl::StrContains("_-./,:=+@%", c);
      });
  if (is_plain) return std::string(text);
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string RepeatCommand(const v1::Manifest& entry, absl::string_view output) {
  std::string command = entry.tool();
  for (const v1::Option& option : entry.options()) {
    const bool is_flag = std::find(std::begin(kNoFlags), std::end(kNoFlags),
                                   option.name()) == std::end(kNoFlags);
    if (is_flag && !option.value().empty()) {
      absl::StrAppend(&command, Flag(option.name(), ValueOf(option)));
    }
  }
  std::vector<std::string> merged;
  std::vector<std::string> sets;
  for (const v1::InputReference& input : entry.inputs()) {
    const auto known = std::find_if(
        std::begin(kRoleFlags), std::end(kRoleFlags),
        [&input](const RoleFlag& row) { return row.role == input.role(); });
    if (known != std::end(kRoleFlags)) {
      absl::StrAppend(&command, Flag(known->flag, input.path()));
    } else if (absl::StartsWith(input.role(), kMerged)) {
      merged.push_back(input.path());
    } else if (IsEvaluation(entry)) {
      sets.push_back(input.path());
    }
  }
  if (!merged.empty()) {
    absl::StrAppend(&command, Flag("checkpoints", absl::StrJoin(merged, ",")));
  }
  if (!sets.empty()) {
    absl::StrAppend(&command, Flag("inputs", absl::StrJoin(sets, ",")));
  }
  if (entry.seed() != 0) {
    absl::StrAppend(&command, Flag("seed", absl::StrCat(entry.seed())));
  }
  return absl::StrCat(command, Flag("output", output));
}

}  // namespace maskfill
