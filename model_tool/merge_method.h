// The ways to make one model of several, and what each needs.
#ifndef MASKFILL_MODEL_TOOL_MERGE_METHOD_H_
#define MASKFILL_MODEL_TOOL_MERGE_METHOD_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/model/checkpoint.h"
#include "core/model/named_tensors.h"
#include "core/record/record_set.h"
#include "model_tool/ingredient.h"
#include "model_tool/merge_models_options.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// What a method works on.
struct MergeInputs {
  const MergeModelsOptions& options;
  const std::vector<Ingredient>& ingredients;  // of one layout
  const RecordSet* held_out = nullptr;         // with needs_held_out
  double alpha = 0.5;                          // the one of options.alphas
  // By ingredient: what was read for one alpha and serves the next.
  std::map<size_t, NamedTensors> read = {};
};

// All of a method stands in its row: flags, checks and the program know none by
// name.
struct MergeMethod {
  const char* name;         // of --method
  const char* description;  // for --help
  // How many --checkpoints it takes, at least and at most, and which.
  size_t least = 2;
  size_t most = 1'000'000;
  const char* checkpoints = "two or more";
  // The options that it has.
  bool takes_alpha = false;
  bool takes_decay = false;
  bool takes_beta_shape = false;
  bool needs_held_out = false;
  // Makes the model: every tensor is averaged, backbone, head and logit_scale
  // alike, in float64, and rounded to float32 once. May add counters to
  // `result`.
  absl::StatusOr<Checkpoint> (*merge)(MergeInputs& inputs,
                                      v1::Manifest* result) = nullptr;
};

absl::Span<const MergeMethod> AllMergeMethods();

// The method of that name. InvalidArgument lists them all.
absl::StatusOr<const MergeMethod*> ParseMergeMethod(absl::string_view name);

// "wise_ft ((1 - alpha) * first + alpha * second; takes two: ...), ...".
std::string DescribeMergeMethods();
// "wise_ft and ema": those for which `takes` holds.
std::string MergeMethodsThat(bool MergeMethod::* takes);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_MERGE_METHOD_H_
