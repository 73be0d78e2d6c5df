#include "train/train_inputs.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "core/record/manifest.h"

namespace maskfill {
namespace {

constexpr char kImageRecord[] = "maskfill.v1.ImageRecord";
constexpr char kCounterfactualRecord[] = "maskfill.v1.CounterfactualRecord";

// The shortest text that reads back as the same number.
std::string NumberText(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  return std::string(buffer, end);
}

absl::Status CheckSameClasses(const RecordSet& images,
                              const RecordSet& validation) {
  const auto& a = images.manifest().dataset().class_keys();
  const auto& b = validation.manifest().dataset().class_keys();
  for (int i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] == b[i]) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("class ", i, " is \"", a[i], "\" in \"", images.dir(),
                     "\" and \"", b[i], "\" in \"", validation.dir(),
                     "\": --validation must have the classes of --input"));
  }
  if (a.size() == b.size()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", images.dir(), "\" has ", a.size(), " classes, \"", validation.dir(),
      "\" has ", b.size(), ": --validation must have the classes of --input"));
}

}  // namespace

absl::StatusOr<TrainInputs> OpenTrainInputs(const TrainOptions& options) {
  ASSIGN_OR_RETURN(
      RecordSet images,
      Annotate(RecordSet::Open(options.stage.input, kImageRecord), "--input"));
  TrainInputs inputs{std::move(images), std::nullopt, std::nullopt, "", ""};
  if (NeedsCounterfactuals(options.mode)) {
    ASSIGN_OR_RETURN(inputs.counterfactuals,
                     Annotate(RecordSet::Open(options.counterfactuals,
                                              kCounterfactualRecord),
                              "--counterfactuals"));
    RETURN_IF_ERROR(CheckSameImages(
        inputs.images.manifest(), inputs.counterfactuals->manifest(),
        options.stage.input, options.counterfactuals));
  }
  if (!options.validation.empty()) {
    ASSIGN_OR_RETURN(inputs.validation,
                     Annotate(RecordSet::Open(options.validation, kImageRecord),
                              "--validation"));
    RETURN_IF_ERROR(CheckSameClasses(inputs.images, *inputs.validation));
  }
  ASSIGN_OR_RETURN(
      inputs.checkpoint_fingerprint,
      Annotate(CheckpointFingerprint(options.checkpoint), "--checkpoint"));
  if (NeedsTeacher(options.mode)) {
    ASSIGN_OR_RETURN(
        inputs.teacher_fingerprint,
        Annotate(CheckpointFingerprint(options.teacher), "--teacher"));
  }
  return inputs;
}

v1::Manifest TrainPlan(const TrainOptions& options, const TrainInputs& inputs) {
  v1::Manifest plan;
  plan.set_schema_version(1);
  plan.set_name("train");
  plan.set_tool("train");
  plan.set_tool_version(kToolVersion);
  plan.set_record_type("checkpoint");
  plan.set_seed(options.stage.seed);
  std::vector<std::pair<std::string, std::string>> values = {
      {"epochs", absl::StrCat(options.epochs)},
      {"freeze", options.freeze_backbone ? "backbone" : "none"},
      {"global_batch_size", absl::StrCat(options.global_batch_size)},
      {"grad_clip", NumberText(options.grad_clip)},
      {"learning_rate", NumberText(options.learning_rate)},
      {"mode", ToString(options.mode)},
      {"precision", ToString(options.compute.precision)},
      {"schedule", ToString(options.schedule)},
      {"warmup_fraction", NumberText(options.warmup_fraction)},
      {"weight_decay", NumberText(options.weight_decay)},
  };
  if (NeedsTeacher(options.mode)) {
    values.emplace_back("beta", NumberText(options.beta));
  }
  std::sort(values.begin(), values.end());
  for (const auto& [name, value] : values) {
    v1::Option* option = plan.add_options();
    option->set_name(name);
    option->set_value(value);
  }
  const auto add_checkpoint = [&plan](const char* role, const std::string& path,
                                      const std::string& fingerprint) {
    v1::InputReference* input = plan.add_inputs();
    input->set_role(role);
    input->set_path(path);
    input->set_fingerprint(fingerprint);
  };
  *plan.add_inputs() = inputs.images.AsInput("images");
  add_checkpoint("checkpoint", options.checkpoint,
                 inputs.checkpoint_fingerprint);
  if (NeedsTeacher(options.mode)) {
    add_checkpoint("teacher", options.teacher, inputs.teacher_fingerprint);
  }
  if (inputs.counterfactuals.has_value()) {
    *plan.add_inputs() = inputs.counterfactuals->AsInput("counterfactuals");
  }
  if (inputs.validation.has_value()) {
    *plan.add_inputs() = inputs.validation->AsInput("validation");
  }
  plan.set_fingerprint(ComputeFingerprint(plan));
  return plan;
}

v1::Provenance TrainProvenance(const TrainOptions& options,
                               const v1::Manifest& plan) {
  v1::Provenance provenance;
  provenance.set_tool(plan.tool());
  provenance.set_tool_version(plan.tool_version());
  std::vector<std::string> lines = {
      absl::StrCat("accumulate=", options.accumulate),
      absl::StrCat("batch_size=", options.compute.batch_size),
      absl::StrCat("device=", options.compute.device.str()),
      absl::StrCat("num_threads=", options.stage.num_threads),
      absl::StrCat("seed=", options.stage.seed),
  };
  for (const v1::Option& option : plan.options()) {
    lines.push_back(absl::StrCat(option.name(), "=", option.value()));
  }
  std::sort(lines.begin(), lines.end());
  for (std::string& line : lines) provenance.add_options(std::move(line));
  for (const v1::InputReference& input : plan.inputs()) {
    provenance.add_inputs(absl::StrCat(input.role(), "=", input.fingerprint()));
  }
  (*provenance.mutable_notes())["run_fingerprint"] = plan.fingerprint();
  return provenance;
}

}  // namespace maskfill
