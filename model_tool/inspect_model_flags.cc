#include "model_tool/inspect_model_flags.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gflags/gflags.h"

DEFINE_string(state_key, "",
              "which weights of a file that holds several, as import_model "
              "takes it");
DEFINE_bool(formats, false,
            "print which weights come in and go out, as Markdown");

namespace maskfill {

absl::StatusOr<InspectModelOptions> InspectModelOptionsFromFlags(int argc,
                                                                 char** argv) {
  if (FLAGS_formats) return InspectModelOptions{.formats = true};
  if (argc != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("found ", argc - 1,
                     " arguments, expected one file or "
                     "folder: inspect_model PATH; see --help"));
  }
  InspectModelOptions options;
  options.path = argv[1];
  options.weights.state_key = FLAGS_state_key;
  return options;
}

}  // namespace maskfill
