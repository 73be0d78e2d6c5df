#include <string>

#include "absl/strings/str_cat.h"
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
}

}  // namespace maskfill
