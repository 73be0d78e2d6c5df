#include "model_tool/merge/model_merge.h"

#include <charconv>
#include <utility>

#include "ATen/Parallel.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "core/model/named_tensors.h"
#include "model_tool/merge/checkpoint_layout.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

// The shortest text that reads back as the same number.
std::string ShortestText(double value) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof(text), value).ptr);
}

absl::Status CheckOptions(const ModelMergeOptions& options) {
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
std::vector<double> Factors(const ModelMergeOptions& options) {
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
absl::StatusOr<Checkpoint> Average(const ModelMergeOptions& options) {
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
  if (used == 1) return LoadCheckpoint(options.checkpoints[last]);
  if (options.method == MergeMethod::kWiseFt) divisor = 1;
  Checkpoint average;
  for (size_t i = 0; i < factors.size(); ++i) {
    ASSIGN_OR_RETURN(Checkpoint part, LoadCheckpoint(options.checkpoints[i]));
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

absl::StatusOr<ModelMergeStats> Merge(const ModelMergeOptions& options) {
  RETURN_IF_ERROR(CheckOptions(options));
  ModelMergeStats stats;
  v1::Provenance plan = StartProvenance("merge_models");
  AddOption("method", ToString(options.method), &plan);
  if (options.method == MergeMethod::kWiseFt) {
    AddOption("alpha", ShortestText(options.alpha), &plan);
  }
  ASSIGN_OR_RETURN(const CheckpointLayout first,
                   ReadCheckpointLayout(options.checkpoints[0]));
  for (size_t i = 0; i < options.checkpoints.size(); ++i) {
    const std::string& dir = options.checkpoints[i];
    if (i > 0) {
      ASSIGN_OR_RETURN(const CheckpointLayout other, ReadCheckpointLayout(dir));
      RETURN_IF_ERROR(CheckSameLayout(first, other));
    }
    ASSIGN_OR_RETURN(const std::string fingerprint, CheckpointFingerprint(dir));
    AddInput(absl::StrCat("checkpoint_", i + 1), fingerprint, &plan);
  }
  stats.num_tensors = static_cast<int64_t>(first.tensors.size());
  for (const auto& [name, tensor] : first.tensors) {
    int64_t elements = 1;
    for (const int64_t size : tensor.shape) elements *= size;
    stats.num_parameters += elements;
  }
  stats.fingerprint = PlanFingerprint(plan);
  ASSIGN_OR_RETURN(stats.already_done, IsAlreadyWritten(options.output, plan));
  if (stats.already_done || options.output.dry_run) return stats;

  if (options.num_threads > 0) at::set_num_threads(options.num_threads);
  ASSIGN_OR_RETURN(Checkpoint merged, Average(options));
  merged.provenance = std::move(plan);
  RETURN_IF_ERROR(WriteCheckpoint(options.output, merged).status());
  stats.written = true;
  return stats;
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

absl::StatusOr<ModelMergeStats> MergeModels(const ModelMergeOptions& options) {
  const absl::Time start = absl::Now();
  ASSIGN_OR_RETURN(ModelMergeStats stats, Merge(options));
  stats.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (!options.summary_json.empty()) {
    const nlohmann::json summary = {
        {"tool", "merge_models"},
        {"checkpoints", options.checkpoints},
        {"method", ToString(options.method)},
        {"output", options.output.dir},
        {"fingerprint", stats.fingerprint},
        {"already_done", stats.already_done},
        {"written", stats.written},
        {"tensors", stats.num_tensors},
        {"parameters", stats.num_parameters},
        {"seconds", stats.seconds},
    };
    RETURN_IF_ERROR(
        WriteFileAtomically(options.summary_json, summary.dump(2) + "\n"));
  }
  return stats;
}

std::string ToText(const ModelMergeStats& stats,
                   const ModelMergeOptions& options) {
  return absl::StrCat(
      options.output.dir, ": ", ToString(options.method), " of ",
      options.checkpoints.size(), " checkpoints",
      options.method == MergeMethod::kWiseFt
          ? absl::StrCat(" with alpha ", ShortestText(options.alpha))
          : "",
      ", ", stats.num_tensors, " tensors, ", stats.num_parameters,
      " parameters, ",
      stats.already_done ? "already done"
      : stats.written    ? "written"
                         : "not written (--dry_run)",
      ", fingerprint ", stats.fingerprint, "\n");
}

}  // namespace maskfill
