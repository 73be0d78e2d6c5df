#include "model_tool/merge_method.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/names.h"
#include "core/base/ordered_parallel.h"
#include "core/base/preemption.h"
#include "core/base/progress.h"
#include "core/base/status_macros.h"
#include "core/metrics/score_set.h"
#include "core/model/image_classifier.h"
#include "core/model/moving_average.h"
#include "core/model/named_tensors.h"
#include "core/model/weight_space.h"
#include "core/work/work.h"
#include "model_tool/greedy_soup.h"
#include "model_tool/model_stock.h"

namespace maskfill {
namespace {

// The tensors of an ingredient, which stay for the next alpha.
absl::StatusOr<NamedTensors> ReadOnce(MergeInputs& inputs, size_t ingredient) {
  const auto found = inputs.read.find(ingredient);
  if (found != inputs.read.end()) return found->second;
  ASSIGN_OR_RETURN(Checkpoint checkpoint,
                   inputs.ingredients[ingredient].Load());
  return inputs.read[ingredient] = std::move(checkpoint.tensors);
}

// Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022. At
// alpha 0 and 1 reads one end only. In memory: both ends and the result.
absl::StatusOr<Checkpoint> WiseFt(MergeInputs& inputs, v1::Manifest*) {
  NamedTensors first, second;
  if (inputs.alpha < 1) {
    ASSIGN_OR_RETURN(first, ReadOnce(inputs, 0));
  }
  if (inputs.alpha > 0) {
    ASSIGN_OR_RETURN(second, ReadOnce(inputs, 1));
  }
  Checkpoint merged;
  merged.config = inputs.ingredients[0].checkpoint().config();
  merged.tensors = Interpolate(first, second, inputs.alpha);
  return merged;
}

// Reads one after another. In memory: a float64 sum and one checkpoint.
absl::StatusOr<Checkpoint> MeanOf(const MergeInputs& inputs,
                                  const std::vector<double>& shares) {
  WeightMean mean;
  for (size_t i = 0; i < shares.size(); ++i) {
    if (shares[i] == 0) continue;
    RETURN_IF_ERROR(CheckNotPreempted());
    ASSIGN_OR_RETURN(const Checkpoint checkpoint, inputs.ingredients[i].Load());
    mean.Add(checkpoint.tensors, shares[i]);
  }
  Checkpoint merged;
  merged.config = inputs.ingredients[0].checkpoint().config();
  merged.tensors = mean.Mean();
  return merged;
}

int64_t Count(const MergeInputs& inputs) {
  return static_cast<int64_t>(inputs.ingredients.size());
}

// Wortsman et al., "Model soups", ICML 2022.
absl::StatusOr<Checkpoint> UniformSoup(MergeInputs& inputs, v1::Manifest*) {
  return MeanOf(inputs, std::vector<double>(inputs.ingredients.size(), 1.0));
}

absl::StatusOr<Checkpoint> ExponentialAverage(MergeInputs& inputs,
                                              v1::Manifest*) {
  return MeanOf(inputs, ExponentialShares(Count(inputs), inputs.options.decay));
}

absl::StatusOr<Checkpoint> BetaAverage(MergeInputs& inputs, v1::Manifest*) {
  return MeanOf(inputs, BetaShares(Count(inputs), inputs.options.beta_shape));
}

absl::StatusOr<Checkpoint> OnHeldOutSet(MergeInputs& inputs,
                                        v1::Manifest* result) {
  const ComputeOptions& compute = inputs.options.compute;
  Progress progress(inputs.options.run.progress, "merge_models", "images",
                    (2 * Count(inputs) - 1) * inputs.held_out->num_records());
  const ScoreOptions score_options = {
      .batch_size = compute.batch_size,
      .num_threads = ResolveNumThreads(inputs.options.run.num_threads),
      .progress = &progress};
  const auto score =
      [&](const Checkpoint& checkpoint) -> absl::StatusOr<AccuracySums> {
    ASSIGN_OR_RETURN(const ImageClassifier classifier,
                     ImageClassifier::FromCheckpoint(checkpoint, compute.device,
                                                     compute.precision));
    return ScoreSet(classifier, *inputs.held_out, score_options);
  };
  ASSIGN_OR_RETURN(GreedySoup soup, MakeGreedySoup(inputs.ingredients, score));
  AddGreedySoupCounters(soup, result);
  return std::move(soup.checkpoint);
}

// In memory: two float64 sums, the anchor and one checkpoint.
absl::StatusOr<Checkpoint> Stock(MergeInputs& inputs, v1::Manifest* result) {
  ASSIGN_OR_RETURN(Checkpoint anchor, inputs.ingredients[0].Load());
  ModelStock stock(anchor.tensors);
  for (size_t i = 1; i < inputs.ingredients.size(); ++i) {
    RETURN_IF_ERROR(CheckNotPreempted());
    ASSIGN_OR_RETURN(const Checkpoint checkpoint, inputs.ingredients[i].Load());
    stock.Add(checkpoint.tensors);
  }
  ModelStock::Result merged = stock.Merge();
  for (const auto& [name, ratio] : merged.ratios) {
    AddCounter("mean_ratio", ratio / static_cast<double>(merged.ratios.size()),
               result);
  }
  anchor.tensors = std::move(merged.tensors);
  return anchor;
}

constexpr MergeMethod kMethods[] = {
    {.name = "wise_ft",
     .description = "(1 - alpha) * first + alpha * second",
     .most = 2,
     .checkpoints = "two, the zero-shot and then the fine-tuned one",
     .takes_alpha = true,
     .merge = &WiseFt},
    {.name = "uniform_soup",
     .description = "the mean of all",
     .merge = &UniformSoup},
    {.name = "greedy_soup",
     .description = "the mean of those that, tried from the best on, do not "
                    "lower the top-1 on --input",
     .needs_held_out = true,
     .merge = &OnHeldOutSet},
    {.name = "model_stock",
     .description = "from the anchor towards the mean of the others, for each "
                    "tensor as far as the angle between these says",
     .least = 3,
     .checkpoints =
         "three or more, the pre-trained anchor and then the fine-tuned ones",
     .merge = &Stock},
    {.name = "ema",
     .description = "the exponential moving average over a run's states",
     .checkpoints = "two or more, the oldest first",
     .takes_decay = true,
     .merge = &ExponentialAverage},
    {.name = "wma",
     .description = "their mean weighted by a Beta distribution",
     .checkpoints = "two or more, the oldest first",
     .takes_beta_shape = true,
     .merge = &BetaAverage},
};

}  // namespace

absl::Span<const MergeMethod> AllMergeMethods() { return kMethods; }

absl::StatusOr<const MergeMethod*> ParseMergeMethod(absl::string_view name) {
  if (const MergeMethod* row = FindRow(kMethods, name)) return row;
  return absl::InvalidArgumentError(absl::StrCat(
      "--method=", name, " is unknown; there are ", DescribeMergeMethods()));
}

std::string DescribeMergeMethods() {
  return absl::StrJoin(
      kMethods, ", ", [](std::string* out, const MergeMethod& method) {
        absl::StrAppend(out, method.name, " (", method.description,
                        "; --checkpoints: ", method.checkpoints, ")");
      });
}

std::string MergeMethodsThat(bool MergeMethod::* takes) {
  return absl::StrJoin(NamesThat(kMethods, takes), " and ");
}

}  // namespace maskfill
