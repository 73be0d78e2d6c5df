#include "record_tool/records_flags.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(type, "",
              "full name of the records' message, e.g. "
              "maskfill.v1.ImageRecord; empty: from the manifest");
DEFINE_int64(limit, 0,
             "cat, head: print at most so many records; 0: cat all, head 10");
DEFINE_string(to, "", "export: tf_example or webdataset");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"to", {.values = {"tf_example", "webdataset"}}},
    {"output", {.path = FlagPath::kOutput}},
});

// The flags that only some commands take.
const std::vector<std::string>& FlagsOfCommands() {
  static const auto* const flags = new std::vector<std::string>{
      "type",    "limit",        "to",       "output",     "overwrite",
      "dry_run", "summary_json", "progress", "num_threads"};
  return *flags;
}

std::vector<std::string> FlagsOf(RecordsCommand command) {
  switch (command) {
    case RecordsCommand::kCat:
    case RecordsCommand::kHead:
      return {"type", "limit"};
    case RecordsCommand::kStat:
    case RecordsCommand::kVerify:
      return {"type"};
    case RecordsCommand::kIndex:
      return {};
    case RecordsCommand::kSalvage:
      return {"type",    "output",       "overwrite",
              "dry_run", "summary_json", "progress"};
    case RecordsCommand::kExport:
      return {"to",           "output",   "overwrite",  "dry_run",
              "summary_json", "progress", "num_threads"};
    case RecordsCommand::kCroissant:
      return {"output", "overwrite", "dry_run", "summary_json"};
  }
  return {};
}

void RefuseOtherFlags(const RecordsOptions& options, FlagErrors* errors) {
  const std::vector<std::string> taken = FlagsOf(options.command);
  for (const std::string& flag : FlagsOfCommands()) {
    if (gflags::GetCommandLineFlagInfoOrDie(flag.c_str()).is_default) continue;
    if (std::find(taken.begin(), taken.end(), flag) != taken.end()) continue;
    errors->Add(absl::StrCat(
        "records ", ToString(options.command), " takes no --", flag,
        taken.empty() ? "" : ", expected of --", absl::StrJoin(taken, " --")));
  }
}

void TakeRunFlags(RecordsOptions* options, FlagErrors* errors) {
  const bool writes_directory = options->command == RecordsCommand::kSalvage ||
                                options->command == RecordsCommand::kExport;
  options->run.input = options->path;
  TakeOutputFlags(writes_directory ? "a directory to write" : "", &options->run,
                  errors);
  TakeProgressFlag(&options->run, errors);
  TakeThreadFlag(&options->run, errors);
}

}  // namespace

absl::StatusOr<RecordsOptions> RecordsOptionsFromFlags(int argc, char** argv) {
  if (argc != 3) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found ", argc - 1,
        " arguments, expected a command and a path: records ",
        absl::StrJoin(kRecordsCommands, "|"), " PATH; see --help"));
  }
  FlagErrors errors;
  RecordsOptions options;
  ASSIGN_OR_RETURN(options.command, ParseRecordsCommand(argv[1]));
  options.path = argv[2];
  if (options.path.empty()) errors.Add("PATH is empty");
  RefuseOtherFlags(options, &errors);
  errors.CheckAtLeast("limit", FLAGS_limit, 0);
  options.type = FLAGS_type;
  options.limit = FLAGS_limit;
  if (options.command == RecordsCommand::kExport) {
    errors.Take(ParseSampleFormat(FLAGS_to), &options.to);
  }
  TakeRunFlags(&options, &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
