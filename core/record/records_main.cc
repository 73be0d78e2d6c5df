// records cat|stat|verify PATH: looks into shards and checks them.
#include <iostream>

#include "absl/status/statusor.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/record/records.h"
#include "core/record/records_flags.h"

int main(int argc, char** argv) {
  maskfill::InitMain(
      "records cat|stat|verify PATH: looks into what a stage has made. PATH is "
      "a stage directory or one shard; for verify also a checkpoint.\n\n"
      "  cat     one line of JSON per record, bytes abbreviated\n"
      "  stat    origin, classes, counts and sizes\n"
      "  verify  reads everything and checks it; exit code 65 names what is "
      "damaged\n\n"
      "Example: records verify cams/train",
      &argc, &argv, /*max_positional=*/2);
  const absl::StatusOr<maskfill::RecordsOptions> options =
      maskfill::RecordsOptionsFromFlags(argc, argv);
  if (!options.ok()) return maskfill::ExitCode(options.status());
  const absl::Status status = maskfill::RunRecordsCommand(*options, std::cout);
  return maskfill::ExitCode(status);
}
