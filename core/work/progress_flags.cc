#include "core/base/flag_facts.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(progress, "auto",
              "auto, bar, log (a line every 30 s), json or none; on stderr");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"progress", {.values = {"auto", "bar", "log", "json", "none"}}},
});

}  // namespace

void TakeProgressFlag(RunOptions* options, FlagErrors* errors) {
  errors->Take(ParseProgressMode(FLAGS_progress), &options->progress);
}

}  // namespace maskfill
