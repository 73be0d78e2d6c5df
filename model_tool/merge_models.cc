#include "model_tool/merge_models.h"

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/number_text.h"
#include "core/base/status_macros.h"
#include "core/metrics/model_fit.h"
#include "core/metrics/score_set.h"
#include "core/model/checkpoint_layout.h"
#include "core/model/device.h"
#include "core/model/torch_status.h"
#include "core/record/record_set.h"
#include "core/work/directory.h"
#include "core/work/number_list.h"
#include "core/work/subdirectories.h"
#include "core/work/work.h"
#include "model_tool/greedy_soup.h"
#include "model_tool/ingredient.h"

namespace maskfill {
namespace {

// What is merged, open and found to fit.
struct Sources {
  std::vector<Ingredient> ingredients;
  std::optional<RecordSet> held_out;
};

absl::StatusOr<Sources> OpenSources(const MergeModelsOptions& options) {
  Sources sources;
  for (const std::string& dir : options.checkpoints) {
    ASSIGN_OR_RETURN(Ingredient ingredient, Ingredient::Open(dir));
    sources.ingredients.push_back(std::move(ingredient));
    RETURN_IF_ERROR(CheckSameLayout(sources.ingredients.front().checkpoint(),
                                    sources.ingredients.back().checkpoint()));
  }
  if (options.method->needs_held_out) {
    ASSIGN_OR_RETURN(
        sources.held_out,
        RecordSet::Open(options.run.input, "maskfill.v1.ImageRecord"));
    RETURN_IF_ERROR(CheckFitsModel(
        *sources.held_out, sources.ingredients.front().checkpoint().config()));
  }
  return sources;
}

Work WorkOf(const MergeModelsOptions& options, const Sources& sources,
            const std::string& alpha) {
  const MergeMethod& method = *options.method;
  Work work{.tool = "merge_models", .algorithm_version = kMergeModelsVersion};
  work.AddOption("method", method.name);
  if (method.takes_alpha) work.AddOption("alpha", alpha);
  if (method.takes_decay) work.AddNumber("decay", options.decay);
  if (method.takes_beta_shape) work.AddNumber("beta_shape", options.beta_shape);
  for (size_t i = 0; i < sources.ingredients.size(); ++i) {
    const Ingredient& ingredient = sources.ingredients[i];
    work.AddInput(absl::StrCat("checkpoint_", i + 1), ingredient.dir(),
                  ingredient.fingerprint());
  }
  if (sources.held_out.has_value()) {
    work.AddOption("precision", ToString(options.compute.precision));
    work.AddNumber("scoring_version", kScoringVersion);
    work.AddInput(sources.held_out->AsInput("held_out"));
  }
  return work;
}

absl::Status Merge(MergeInputs& inputs, const std::string& dir,
                   v1::Manifest* result) {
  const auto& tensors = inputs.ingredients[0].checkpoint().tensors();
  int64_t parameters = 0;
  for (const SafetensorsEntry& entry : tensors) {
    parameters +=
        (entry.end - entry.begin) / SafetensorsElementBytes(entry.dtype);
  }
  AddCounter("tensors", static_cast<double>(tensors.size()), result);
  AddCounter("parameters", static_cast<double>(parameters), result);
  SetUpCompute(inputs.options.compute.precision,
               inputs.options.run.num_threads);
  return CatchTorch([&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Checkpoint merged,
                     inputs.options.method->merge(inputs, result));
    return WriteCheckpoint(dir, merged).status();
  });
}

absl::StatusOr<WorkResult> MergeAtAlphas(const MergeModelsOptions& options,
                                         const Sources& sources,
                                         MergeInputs& inputs) {
  std::vector<Subdirectory> parts;
  for (const double alpha : options.alphas) {
    const std::string text = NumberText(alpha);
    parts.push_back(
        {absl::StrCat("alpha-", text), WorkOf(options, sources, text)});
  }
  return MakeSubdirectories(
      options.run, WorkOf(options, sources, NumberListText(options.alphas)),
      parts, {kModelFile, kConfigFile},
      [&](size_t part, const std::string& dir, v1::Manifest* result) {
        inputs.alpha = options.alphas[part];
        return Merge(inputs, dir, result);
      });
}

}  // namespace

absl::Status CheckMergeModelsOptions(const MergeModelsOptions& options) {
  const MergeMethod& method = *options.method;
  FlagErrors errors;
  const size_t count = options.checkpoints.size();
  if (count < method.least || count > method.most) {
    errors.Add(absl::StrCat("--checkpoints names ", count,
                            " checkpoints, expected ", method.checkpoints,
                            " for --method=", method.name));
  }
  // Written so that NaN is refused as well.
  for (const double alpha : options.alphas) {
    if (alpha >= 0 && alpha <= 1) continue;
    errors.Add(absl::StrCat("--alpha is ", alpha, ", expected 0 to 1"));
  }
  if (std::set<double>(options.alphas.begin(), options.alphas.end()).size() <
      options.alphas.size()) {
    errors.Add("--alpha names a number twice, expected each once");
  }
  if (options.alphas.empty()) {
    errors.Add("--alpha is empty, expected one or more numbers from 0 to 1");
  }
  if (!(options.decay >= 0 && options.decay <= 1)) {
    errors.Add(absl::StrCat("--decay is ", options.decay, ", expected 0 to 1"));
  }
  if (!(options.beta_shape > 0 && options.beta_shape <= 100)) {
    errors.Add(absl::StrCat("--beta_shape is ", options.beta_shape,
                            ", expected more than 0, up to 100"));
  }
  return errors.ToStatus();
}

absl::StatusOr<WorkResult> MergeModels(const MergeModelsOptions& options) {
  RETURN_IF_ERROR(CheckMergeModelsOptions(options));
  ASSIGN_OR_RETURN(const Sources sources, OpenSources(options));
  MergeInputs inputs{.options = options, .ingredients = sources.ingredients};
  if (sources.held_out.has_value()) inputs.held_out = &*sources.held_out;
  if (options.method->takes_alpha && options.alphas.size() > 1) {
    return MergeAtAlphas(options, sources, inputs);
  }
  inputs.alpha = options.alphas[0];
  return MakeDirectory(options.run,
                       WorkOf(options, sources, NumberListText(options.alphas)),
                       {kModelFile, kConfigFile},
                       [&](const std::string& dir, v1::Manifest* result) {
                         return Merge(inputs, dir, result);
                       });
}

std::string ToText(const WorkResult& result,
                   const MergeModelsOptions& options) {
  if (!result.complete) return "";
  return absl::StrCat(
      GreedySoupTable(result.manifest, options.checkpoints), options.run.output,
      ": ", options.method->name, " of ", options.checkpoints.size(),
      " checkpoints",
      options.method->takes_alpha
          ? absl::StrCat(" with alpha ", NumberListText(options.alphas))
          : "",
      ", ", CounterOf(result.manifest, "tensors"), " tensors, ",
      NumberText(CounterOf(result.manifest, "parameters")), " parameters, ",
      result.already_done ? "already done" : "written", ", fingerprint ",
      result.manifest.fingerprint(), "\n");
}

}  // namespace maskfill
