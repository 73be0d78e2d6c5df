#include "model_tool/build_zeroshot.h"

#include <string>
#include <vector>

#include "ATen/ops/zeros.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "core/model/device.h"
#include "core/model/tensor_names.h"
#include "core/model/torch_status.h"
#include "core/text/class_names.h"
#include "core/text/prompts.h"
#include "core/text/zeroshot_head.h"
#include "core/work/directory.h"
#include "core/work/work.h"

namespace maskfill {
namespace {

// The image tower and its temperature, without text tower or earlier head.
Checkpoint ImageTower(const Checkpoint& clip) {
  Checkpoint tower;
  tower.config = clip.config;
  tower.config.text = {};
  tower.config.context_length = 0;
  tower.config.vocab_size = 0;
  for (const auto& [name, tensor] : clip.tensors) {
    if (IsOfImageTower(name) || name == kLogitScale) {
      tower.tensors.emplace(name, tensor);
    }
  }
  return tower;
}

absl::Status Build(const BuildZeroshotOptions& options,
                   const CheckpointFile& file, const ZeroshotHeadOptions& head,
                   const std::string& dir, v1::Manifest* result) {
  const auto num_classes = static_cast<int64_t>(head.class_names.size());
  AddCounter("classes", static_cast<double>(num_classes), result);
  AddCounter("templates", static_cast<double>(head.prompts.templates.size()),
             result);
  if (const std::string equal = EqualNames(head.class_names); !equal.empty()) {
    AddNote("equal_names", equal, result);
  }
  SetUpCompute(options.compute.precision, options.run.num_threads);
  ASSIGN_OR_RETURN(const Checkpoint clip, file.Load());
  Checkpoint checkpoint = ImageTower(clip);
  ASSIGN_OR_RETURN(checkpoint.tensors["classifier.weight"],
                   ZeroshotHead(clip, head));
  checkpoint.tensors["classifier.bias"] = at::zeros({num_classes});
  checkpoint.config.num_classes = num_classes;
  checkpoint.config.class_names = head.class_names;
  return WriteCheckpoint(dir, checkpoint).status();
}

}  // namespace

absl::StatusOr<WorkResult> BuildZeroshot(const BuildZeroshotOptions& options) {
  ZeroshotHeadOptions head;
  ASSIGN_OR_RETURN(head.class_names, LoadClassNames(options.class_names));
  ASSIGN_OR_RETURN(head.prompts,
                   LoadPrompts(options.templates, head.class_names));
  head.compute = options.compute;
  head.progress = options.run.progress;
  ASSIGN_OR_RETURN(const CheckpointFile file,
                   CheckpointFile::Open(options.checkpoint));
  Work work{.tool = "build_zeroshot",
            .algorithm_version = kBuildZeroshotVersion};
  work.AddOption("precision", ToString(options.compute.precision));
  work.AddInput("checkpoint", options.checkpoint, file.fingerprint());
  work.AddInput("class_names", options.class_names,
                ClassNamesFingerprint(head.class_names));
  work.AddInput("templates", options.templates, head.prompts.Fingerprint());
  return MakeDirectory(options.run, work, {kModelFile, kConfigFile},
                       [&](const std::string& dir, v1::Manifest* result) {
                         return CatchTorch([&] {
                           return Build(options, file, head, dir, result);
                         });
                       });
}

std::string ToText(const WorkResult& result,
                   const BuildZeroshotOptions& options) {
  if (!result.complete) return "";
  const double templates = CounterOf(result.manifest, "templates");
  std::string text =
      absl::StrCat(options.run.output, ": zero-shot head of ",
                   CounterOf(result.manifest, "classes"), " classes from ",
                   templates > 0 ? absl::StrCat(templates, " templates")
                                 : std::string("each class's own prompts"),
                   ", ", result.already_done ? "already done" : "written",
                   ", fingerprint ", result.manifest.fingerprint(), "\n");
  const std::string equal = NoteOf(result.manifest, "equal_names");
  if (!equal.empty()) {
    absl::StrAppend(&text, kEqualNames, equal, "\n");
  }
  return text;
}

}  // namespace maskfill
