#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/flag_facts.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(output, "",
              "where the result goes; made when absent. A finished result is "
              "found there and not made again, an unfinished one goes on");
DEFINE_bool(overwrite, false,
            "replace other work of this program in --output; what anybody else "
            "put there is never touched");
DEFINE_bool(dry_run, false,
            "print what would be done and its fingerprint, write nothing");
DEFINE_string(summary_json, "",
              "file to write last: what was done, counts and resources");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"summary_json", {.path = FlagPath::kOutputFile}},
});

bool IsOutput(FlagPath path) {
  return path == FlagPath::kOutput || path == FlagPath::kOutputFile ||
         path == FlagPath::kOutputDirectory;
}

// Where two flags name one place, one result would be written over the other or
// keep it from being made.
void CheckPlacesApart(FlagErrors* errors) {
  std::vector<gflags::CommandLineFlagInfo> flags;
  gflags::GetAllFlags(&flags);
  std::map<std::string, std::string> flag_at;  // place -> flag
  for (const gflags::CommandLineFlagInfo& flag : flags) {
    if (flag.is_default || !IsOutput(FactsOf(flag.name).path)) continue;
    for (const std::string& path : ParseList(flag.current_value)) {
      const absl::StatusOr<std::string> place = CanonicalPath(path);
      if (!place.ok()) continue;  // told where it is made
      const auto [other, is_new] = flag_at.emplace(*place, flag.name);
      if (is_new || other->second == flag.name) continue;
      errors->Add(absl::StrCat("--", other->second, " and --", flag.name,
                               " are both \"", path,
                               "\", expected places of their own"));
    }
  }
}

}  // namespace

void TakeOutputFlags(absl::string_view what, RunOptions* options,
                     FlagErrors* errors) {
  options->output = FLAGS_output;
  if (options->output.empty() && !what.empty()) {
    errors->Add(absl::StrCat("--output is missing, expected ", what));
  }
  options->overwrite = FLAGS_overwrite;
  options->dry_run = FLAGS_dry_run;
  options->summary_json = FLAGS_summary_json;
  CheckPlacesApart(errors);
}

}  // namespace maskfill
