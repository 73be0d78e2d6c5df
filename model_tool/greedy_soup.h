// Greedy soup: the mean of those models that do not hurt it.
#ifndef MASKFILL_MODEL_TOOL_GREEDY_SOUP_H_
#define MASKFILL_MODEL_TOOL_GREEDY_SOUP_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/metrics/accuracy.h"
#include "core/model/checkpoint.h"
#include "model_tool/ingredient.h"
#include "proto/manifest.pb.h"

namespace maskfill {

struct GreedySoup {
  struct Trial {
    size_t ingredient = 0;  // index of it
    AccuracySums alone;     // of the ingredient by itself
    AccuracySums soup;      // of the soup with it; of the first: `alone`
    bool kept = false;
  };

  Checkpoint checkpoint;      // the mean of those that were kept
  AccuracySums sums;          // of that
  std::vector<Trial> trials;  // in the order in which they were tried
};

// How a model does on the held-out set: always of the same images.
using HeldOutScore =
    std::function<absl::StatusOr<AccuracySums>(const Checkpoint& checkpoint)>;

// Wortsman et al., "Model soups", ICML 2022, recipe 1: the ingredients by
// their own top-1, the best first (equal ones in the order given); each stays
// if with it the soup's top-1 is not lower than without. 2n - 1 scores of n
// ingredients, of one layout (CheckSameLayout). In memory: the soup's float64
// sum, one ingredient and the soup that is tried.
//
// Errors are those of loading and `score`, with the ingredient's directory;
// Cancelled when the process was told to stop.
absl::StatusOr<GreedySoup> MakeGreedySoup(
    const std::vector<Ingredient>& ingredients, const HeldOutScore& score);

// For ledger and summary: "kept" and "soup top1", and for the ingredient in
// --checkpoints place N "checkpoint_N tried" (1: first), "checkpoint_N top1",
// "checkpoint_N soup_top1" and "checkpoint_N kept" (1 or 0). Percent.
void AddGreedySoupCounters(const GreedySoup& soup, v1::Manifest* result);
// The same as a table for people; empty when `result` is of no greedy soup.
// `dirs`: of the ingredients.
std::string GreedySoupTable(const v1::Manifest& result,
                            const std::vector<std::string>& dirs);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_GREEDY_SOUP_H_
