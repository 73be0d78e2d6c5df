// records COMMAND PATH: looks into what a stage has made, mends it, exports it.
#include <iostream>

#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "record_tool/records.h"
#include "record_tool/records_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "records COMMAND PATH: looks into what a stage has made. PATH is a stage "
      "directory or one shard; for verify also a checkpoint.\n\n"
      "  cat        one line of JSON per record, bytes abbreviated\n"
      "  head       the same of the first --limit records (10)\n"
      "  stat       origin, classes, counts and sizes\n"
      "  verify     reads everything and checks it; exit code 65 names what is "
      "damaged\n"
      "  index      writes the .idx files that are missing or wrong\n"
      "  salvage    the sound records of a damaged set, as a set in --output\n"
      "  export     --to=tf_example or webdataset, in --output\n"
      "  croissant  the set's description for data-set catalogues, "
      "PATH/croissant.json\n\n"
      "  records verify cams/train",
      argc, argv,
      [](int argc, char** argv) -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::RecordsOptionsFromFlags(argc, argv));
        return maskfill::RunRecordsCommand(options, std::cout);
      },
      {{.name = "COMMAND",
        .facts = {.required = true,
                  .values = {std::begin(maskfill::kRecordsCommands),
                             std::end(maskfill::kRecordsCommands)}},
        .help = "what to do"},
       {.name = "PATH",
        .facts = {.path = maskfill::FlagPath::kInput, .required = true},
        .help = "a stage directory or one shard; for verify also a "
                "checkpoint"}});
}
