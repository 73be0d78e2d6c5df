#include "model_tool/import_model_flags.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(source, "",
              "weights to import: OpenAI's .pt, safetensors in OpenAI, "
              "open_clip or Hugging Face names, or a torch.save of a state "
              "dict; or a directory with one of them");
DEFINE_string(activation, "",
              "the MLP's activation, quick_gelu (OpenAI's weights, open_clip's "
              "*-quickgelu) or gelu (LAION, DataComp); needed only where "
              "neither the weights nor a configuration beside them tell");
DEFINE_int32(heads, 0,
             "attention heads of the image tower, at least 1; 0: from the "
             "configuration beside the weights, else width / 64");
DEFINE_int32(text_heads, 0, "attention heads of the text tower, as --heads");

namespace maskfill {

absl::StatusOr<ImportModelOptions> ImportModelOptionsFromFlags() {
  FlagErrors errors;
  ImportModelOptions options;
  TakeOutputFlags("a checkpoint directory to write", &options.run, &errors);
  options.source = FLAGS_source;
  if (options.source.empty()) {
    errors.Add("--source is missing, expected a weights file or a directory");
  }
  if (!FLAGS_activation.empty()) {
    if (const auto activation = ParseActivation(FLAGS_activation);
        activation.ok()) {
      options.activation = *activation;
    } else {
      errors.Add(absl::StrCat("--activation is \"", FLAGS_activation,
                              "\", expected quick_gelu or gelu"));
    }
  }
  options.heads = FLAGS_heads;
  options.text_heads = FLAGS_text_heads;
  if (options.heads < 0 || options.text_heads < 0) {
    errors.Add(absl::StrCat("--heads is ", options.heads, " and --text_heads ",
                            options.text_heads, ", expected at least 0"));
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
