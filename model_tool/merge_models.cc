#include "model_tool/merge_models.h"

#include <utility>

#include "ATen/Parallel.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/number_text.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "core/model/named_tensors.h"
#include "core/model/torch_status.h"
#include "core/work/directory.h"
#include "core/work/work.h"
#include "model_tool/checkpoint_layout.h"

namespace maskfill {
namespace {

absl::Status CheckOptions(const MergeModelsOptions& options) {
  const size_t count = options.checkpoints.size();
  if (options.method == MergeMethod::kWiseFt && count != 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--checkpoints has ", count,
        " directories, expected two for wise_ft: zero-shot, fine-tuned"));
  }
  if (count < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("--checkpoints has ", count,
                     " directories, expected two or more, comma separated"));
  }
  // Written so that NaN is refused as well.
  if (!(options.alpha >= 0 && options.alpha <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--alpha is ", options.alpha, ", expected 0 to 1"));
  }
  return absl::OkStatus();
}

// What each checkpoint's weights are multiplied by. The soup divides at the
// end instead: 1/n is not exact.
std::vector<double> Factors(const MergeModelsOptions& options) {
  if (options.method == MergeMethod::kWiseFt) {
    return {1 - options.alpha, options.alpha};
  }
  return std::vector<double>(options.checkpoints.size(), 1.0);
}

// Tensor by tensor, so that the two never lie in memory as a whole.
NamedTensors DivideAndRound(NamedTensors sums, double divisor) {
  for (auto& [name, sum] : sums) sum = sum.div_(divisor).to(at::kFloat);
  return sums;
}

// The average as float32 and the first checkpoint's configuration.
absl::StatusOr<Checkpoint> Average(const MergeModelsOptions& options,
                                   const std::vector<CheckpointFile>& files) {
  const std::vector<double> factors = Factors(options);
  double divisor = 0;
  size_t used = 0, last = 0;
  for (size_t i = 0; i < factors.size(); ++i) {
    divisor += factors[i];
    if (factors[i] != 0) {
      ++used;
      last = i;
    }
  }
  // No arithmetic: 0 * x + y would lose the sign of zeros.
  if (used == 1) return files[last].Load();
  if (options.method == MergeMethod::kWiseFt) divisor = 1;
  Checkpoint average;
  for (size_t i = 0; i < factors.size(); ++i) {
    ASSIGN_OR_RETURN(Checkpoint part, files[i].Load());
    if (i == 0) average.config = std::move(part.config);
    for (auto& [name, tensor] : part.tensors) {
      at::Tensor scaled = tensor.to(at::kDouble).mul_(factors[i]);
      const auto [sum, first] = average.tensors.try_emplace(name, scaled);
      if (!first) sum->second.add_(scaled);
      tensor.reset();
    }
  }
  average.tensors = DivideAndRound(std::move(average.tensors), divisor);
  return average;
}

absl::Status Merge(const MergeModelsOptions& options,
                   const std::vector<CheckpointFile>& files,
                   const std::string& dir, v1::Manifest* result) {
  int64_t parameters = 0;
  for (const SafetensorsEntry& entry : files[0].tensors()) {
    parameters +=
        (entry.end - entry.begin) / SafetensorsElementBytes(entry.dtype);
  }
  AddCounter("tensors", static_cast<double>(files[0].tensors().size()), result);
  AddCounter("parameters", static_cast<double>(parameters), result);
  if (options.run.num_threads > 0) {
    at::set_num_threads(options.run.num_threads);
  }
  ASSIGN_OR_RETURN(const Checkpoint merged, Average(options, files));
  return WriteCheckpoint(dir, merged).status();
}

}  // namespace

absl::StatusOr<MergeMethod> ParseMergeMethod(absl::string_view text) {
  if (text == "wise_ft") return MergeMethod::kWiseFt;
  if (text == "uniform_soup") return MergeMethod::kUniformSoup;
  return absl::InvalidArgumentError(absl::StrCat(
      "--method=", text, " is unknown; expected wise_ft or uniform_soup"));
}

std::string ToString(MergeMethod method) {
  return method == MergeMethod::kWiseFt ? "wise_ft" : "uniform_soup";
}

absl::StatusOr<WorkResult> MergeModels(const MergeModelsOptions& options) {
  RETURN_IF_ERROR(CheckOptions(options));
  Work work{.tool = "merge_models", .algorithm_version = kMergeModelsVersion};
  work.AddOption("method", ToString(options.method));
  if (options.method == MergeMethod::kWiseFt) {
    work.AddNumber("alpha", options.alpha);
  }
  std::vector<CheckpointFile> files;
  for (const std::string& dir : options.checkpoints) {
    ASSIGN_OR_RETURN(CheckpointFile file, CheckpointFile::Open(dir));
    files.push_back(std::move(file));
    RETURN_IF_ERROR(CheckSameLayout(files.front(), files.back()));
    work.AddInput(absl::StrCat("checkpoint_", files.size()), dir,
                  files.back().fingerprint());
  }
  return MakeDirectory(
      options.run, work, {kModelFile, kConfigFile},
      [&](const std::string& dir, v1::Manifest* result) {
        return CatchTorch([&] { return Merge(options, files, dir, result); });
      });
}

std::string ToText(const WorkResult& result,
                   const MergeModelsOptions& options) {
  if (!result.complete) return "";
  return absl::StrCat(
      options.run.output, ": ", ToString(options.method), " of ",
      options.checkpoints.size(), " checkpoints",
      options.method == MergeMethod::kWiseFt
          ? absl::StrCat(" with alpha ", NumberText(options.alpha))
          : "",
      ", ", CounterOf(result.manifest, "tensors"), " tensors, ",
      NumberText(CounterOf(result.manifest, "parameters")), " parameters, ",
      result.already_done ? "already done" : "written", ", fingerprint ",
      result.manifest.fingerprint(), "\n");
}

}  // namespace maskfill
