#include "core/work/subdirectories.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/work/directory.h"
#include "core/work/run_summary.h"

namespace maskfill {
namespace {

using MakePart =
    std::function<absl::Status(size_t, const std::string&, v1::Manifest*)>;

absl::Status CheckOutput(const std::string& output) {
  if (output.empty()) return absl::InvalidArgumentError("--output is missing");
  ASSIGN_OR_RETURN(const bool is_result,
                   FindPath(JoinPath(output, kProvenanceFile)));
  if (!is_result && (!PathExists(output) || IsDirectory(output))) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--output: \"", output, "\" is ",
      is_result
          ? absl::StrCat("a result itself (it has a ", kProvenanceFile, ")")
          : "a file",
      ", expected a directory for several results; give another --output"));
}

absl::Status MakeParts(const RunOptions& options,
                       const std::vector<Subdirectory>& parts,
                       const std::vector<std::string>& names,
                       const MakePart& make, WorkResult* all) {
  bool already_done = true;
  RunOptions run = options;
  run.summary_json.clear();  // there is one for all
  for (size_t i = 0; i < parts.size(); ++i) {
    run.output = JoinPath(options.output, parts[i].name);
    ASSIGN_OR_RETURN(
        const WorkResult part,
        MakeDirectory(run, parts[i].work, names,
                      [&](const std::string& dir, v1::Manifest* result) {
                        return make(i, dir, result);
                      }));
    already_done &= part.already_done;
    *all->manifest.mutable_counters() = part.manifest.counters();
  }
  all->already_done = already_done;
  all->complete = !options.dry_run;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WorkResult> MakeSubdirectories(
    const RunOptions& options, const Work& whole,
    const std::vector<Subdirectory>& parts,
    const std::vector<std::string>& names, const MakePart& make) {
  const absl::Time start = absl::Now();
  RETURN_IF_ERROR(CheckOutput(options.output));
  RETURN_IF_ERROR(PrepareRunSummary(options));
  WorkResult all;
  all.manifest = PlanOf(whole, whole.tool, "checkpoint");
  const absl::Status status = MakeParts(options, parts, names, make, &all);
  all.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  RETURN_IF_ERROR(WriteRunSummary(options, all, status));
  return all;
}

}  // namespace maskfill
