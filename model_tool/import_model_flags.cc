#include "model_tool/import_model_flags.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/status_macros.h"
#include "core/text/class_names.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(source, "",
              "weights to import: OpenAI's .pt, safetensors in OpenAI, "
              "open_clip or Hugging Face names, or a torch.save of a state "
              "dict; an index of several files; or a directory with one of "
              "them");
DEFINE_string(activation, "",
              "the MLP's activation, quick_gelu (OpenAI's weights, open_clip's "
              "*-quickgelu) or gelu (LAION, DataComp); needed only where "
              "neither the weights nor a configuration beside them tell");
DEFINE_string(state_key, "",
              "which weights of a file that holds several: the key of their "
              "dict in a checkpoint (model_ema, or nested: model.student), or "
              "the prefix of their names (student); inspect_model lists them");
DEFINE_int32(image_size, 0,
             "resize the position embeddings for images of so many px, a "
             "multiple of the patch size, as open_clip does; 0: as they are");
DEFINE_string(class_names, "",
              "names of the classes of the head in the weights: imagenet, or a "
              "file with one per line or a JSON list");
DEFINE_int32(heads, 0,
             "attention heads of the image tower, at least 1; 0: from the "
             "configuration beside the weights, else width / 64");
DEFINE_int32(text_heads, 0, "attention heads of the text tower, as --heads");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"source", {.path = FlagPath::kInput, .required = true}},
    {"output", {.path = FlagPath::kOutputDirectory, .required = true}},
    {"activation", {.values = {"quick_gelu", "gelu"}}},
    {"class_names", {.path = FlagPath::kInputFile, .values = {"imagenet"}}},
});

}  // namespace

absl::StatusOr<ImportModelOptions> ImportModelOptionsFromFlags() {
  FlagErrors errors;
  ImportModelOptions options;
  TakeOutputFlags("a checkpoint directory to write", &options.run, &errors);
  options.source = FLAGS_source;
  errors.Require("source", options.source, "a weights file or a directory");
  if (!FLAGS_activation.empty()) {
    if (const auto activation = ParseActivation(FLAGS_activation);
        activation.ok()) {
      options.weights.activation = *activation;
    } else {
      errors.Add(absl::StrCat("--activation is \"", FLAGS_activation,
                              "\", expected quick_gelu or gelu"));
    }
  }
  options.weights.state_key = FLAGS_state_key;
  options.weights.heads = FLAGS_heads;
  options.weights.text_heads = FLAGS_text_heads;
  options.weights.image_size = FLAGS_image_size;
  errors.CheckAtLeast("heads", FLAGS_heads, 0);
  errors.CheckAtLeast("text_heads", FLAGS_text_heads, 0);
  errors.CheckAtLeast("image_size", FLAGS_image_size, 0);
  RETURN_IF_ERROR(errors.ToStatus());
  if (!FLAGS_class_names.empty()) {
    ASSIGN_OR_RETURN(options.weights.class_names,
                     LoadClassNames(FLAGS_class_names));
  }
  return options;
}

}  // namespace maskfill
