#include "core/record/records_flags.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gflags/gflags.h"

DEFINE_string(type, "",
              "full name of the records' message, e.g. "
              "maskfill.v1.ImageRecord; empty: from the manifest");
DEFINE_int64(limit, 0, "cat: print at most so many records; 0: all");

namespace maskfill {

absl::StatusOr<RecordsOptions> RecordsOptionsFromFlags(int argc, char** argv) {
  if (argc != 3) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found ", argc - 1,
        " arguments, expected a command and a path: records cat|stat|verify "
        "PATH; see --help"));
  }
  if (FLAGS_limit < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--limit is ", FLAGS_limit, ", expected at least 0"));
  }
  RecordsOptions options;
  options.command = argv[1];
  options.path = argv[2];
  options.type = FLAGS_type;
  options.limit = FLAGS_limit;
  return options;
}

}  // namespace maskfill
