#include "core/base/flag_facts.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(input, "", "stage directory to read: shards with their manifest");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"input", {.path = FlagPath::kInputDirectory}},
});

}  // namespace

void TakeInputFlag(RunOptions* options, FlagErrors* errors) {
  options->input = FLAGS_input;
  errors->Require("input", options->input, "a stage directory to read");
}

}  // namespace maskfill
