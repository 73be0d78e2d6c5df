#include "model_tool/greedy_soup.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/weight_space.h"
#include "core/work/work.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// Of a counter of the ingredient with that index.
std::string Name(size_t ingredient, const char* what) {
  return absl::StrCat("checkpoint_", ingredient + 1, " ", what);
}

// All ingredients, scored alone, the best first.
absl::StatusOr<std::vector<GreedySoup::Trial>> Rank(
    const std::vector<Ingredient>& ingredients, const HeldOutScore& score) {
  std::vector<GreedySoup::Trial> trials(ingredients.size());
  for (size_t i = 0; i < ingredients.size(); ++i) {
    RETURN_IF_ERROR(CheckNotPreempted());
    ASSIGN_OR_RETURN(const Checkpoint checkpoint, ingredients[i].Load());
    trials[i].ingredient = i;
    ASSIGN_OR_RETURN(trials[i].alone,
                     Annotate(score(checkpoint), ingredients[i].dir()));
    LOG(INFO) << absl::StreamFormat("%s: top-1 %.2f %%", ingredients[i].dir(),
                                    trials[i].alone.Top1());
  }
  // The same images count for all, so right answers can be compared.
  std::stable_sort(trials.begin(), trials.end(),
                   [](const auto& a, const auto& b) {
                     return a.alone.top1_right > b.alone.top1_right;
                   });
  return trials;
}

}  // namespace

absl::StatusOr<GreedySoup> MakeGreedySoup(
    const std::vector<Ingredient>& ingredients, const HeldOutScore& score) {
  GreedySoup soup;
  ASSIGN_OR_RETURN(soup.trials, Rank(ingredients, score));
  WeightMean mean;
  for (GreedySoup::Trial& trial : soup.trials) {
    RETURN_IF_ERROR(CheckNotPreempted());
    const Ingredient& ingredient = ingredients[trial.ingredient];
    ASSIGN_OR_RETURN(Checkpoint candidate, ingredient.Load());
    if (&trial == &soup.trials.front()) {
      trial.soup = trial.alone;
    } else {
      Checkpoint tried;
      tried.config = candidate.config;
      tried.tensors = mean.MeanWith(candidate.tensors);
      ASSIGN_OR_RETURN(trial.soup,
                       Annotate(score(tried), absl::StrCat("the soup with ",
                                                           ingredient.dir())));
    }
    trial.kept = trial.soup.top1_right >= soup.sums.top1_right;
    LOG(INFO) << absl::StreamFormat("%s: top-1 %.2f %% of the soup with it, %s",
                                    ingredient.dir(), trial.soup.Top1(),
                                    trial.kept ? "kept" : "left out");
    if (!trial.kept) continue;
    mean.Add(candidate.tensors);
    soup.sums = trial.soup;
    soup.checkpoint.config = std::move(candidate.config);
  }
  soup.checkpoint.tensors = mean.Mean();
  return soup;
}

void AddGreedySoupCounters(const GreedySoup& soup, v1::Manifest* result) {
  AddCounter("soup top1", soup.sums.Top1(), result);
  for (size_t i = 0; i < soup.trials.size(); ++i) {
    const GreedySoup::Trial& trial = soup.trials[i];
    AddCounter("kept", trial.kept ? 1 : 0, result);
    AddCounter(Name(trial.ingredient, "tried"), static_cast<double>(i + 1),
               result);
    AddCounter(Name(trial.ingredient, "top1"), trial.alone.Top1(), result);
    AddCounter(Name(trial.ingredient, "soup_top1"), trial.soup.Top1(), result);
    AddCounter(Name(trial.ingredient, "kept"), trial.kept ? 1 : 0, result);
  }
}

std::string GreedySoupTable(const v1::Manifest& result,
                            const std::vector<std::string>& dirs) {
  if (CounterOf(result, "kept") == 0) return "";
  std::vector<std::string> lines(dirs.size() + 1);
  lines[0] = absl::StrFormat("%5s  %7s  %7s  %4s  %s\n", "tried", "top-1 %",
                             "soup %", "kept", "checkpoint");
  for (size_t i = 0; i < dirs.size(); ++i) {
    const auto count = [&](const char* what) {
      return CounterOf(result, Name(i, what));
    };
    const size_t tried = static_cast<size_t>(count("tried"));
    if (tried >= lines.size()) continue;
    lines[tried] = absl::StrFormat("%5d  %7.2f  %7.2f  %4s  %s\n", tried,
                                   count("top1"), count("soup_top1"),
                                   count("kept") > 0 ? "yes" : "no", dirs[i]);
  }
  return absl::StrJoin(lines, "");
}

}  // namespace maskfill
