#include "model_tool/export_model_flags.h"

#include "absl/status/statusor.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(checkpoint, "", "directory of a checkpoint");
DEFINE_string(format, "",
              "open_clip (create_model(\"local-dir:...\")), hf (transformers), "
              "openai (clip.load) or pt (torch.load of every tensor)");
DEFINE_string(text_tower, "",
              "directory of the CLIP checkpoint whose text tower completes one "
              "that has none; empty: none is added");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"output", {.path = FlagPath::kOutputDirectory, .required = true}},
    {"checkpoint", {.path = FlagPath::kInputDirectory, .required = true}},
    {"format",
     {.required = true, .values = {"open_clip", "hf", "openai", "pt"}}},
    {"text_tower", {.path = FlagPath::kInputDirectory}},
});

}  // namespace

absl::StatusOr<ExportModelOptions> ExportModelOptionsFromFlags() {
  FlagErrors errors;
  ExportModelOptions options;
  TakeOutputFlags("a directory to write", &options.run, &errors);
  options.checkpoint = FLAGS_checkpoint;
  errors.Require("checkpoint", options.checkpoint,
                 "the directory of a checkpoint");
  options.text_tower = FLAGS_text_tower;
  errors.Take(ParseExportFormat(FLAGS_format), &options.format, "format");
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
