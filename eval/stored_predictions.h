// Predictions that a run of eval stored. Knows no torch.
#ifndef MASKFILL_EVAL_STORED_PREDICTIONS_H_
#define MASKFILL_EVAL_STORED_PREDICTIONS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/base/ordered_parallel.h"
#include "core/record/record_set.h"
#include "eval/set_evaluation.h"
#include "proto/records.pb.h"

namespace maskfill {

// How several models answer as one.
enum class Ensemble {
  kNone,           // there is one model
  kLogits,         // mean of their logits
  kProbabilities,  // mean of their softmaxes over the allowed classes
};
absl::StatusOr<Ensemble> ParseEnsemble(absl::string_view text);
std::string ToString(Ensemble ensemble);

// What is looked at.
struct PredictionView {
  Ensemble ensemble = Ensemble::kNone;
  // The argmax is taken among these, ascending; nothing: among those of the
  // run that stored the predictions.
  std::optional<std::vector<int64_t>> classes;
  std::vector<std::string> groups;  // images of these; empty: all
};

using PredictionList = std::vector<v1::PredictionRecord>;

// The predictions of one set, by one model or by several as an ensemble.
class StoredPredictions {
 public:
  // `members`: the set's predictions by each model. FailedPrecondition when
  // they are of different images, or of a version of eval that stored less.
  static absl::StatusOr<StoredPredictions> Create(
      std::vector<RecordSet> members, PredictionView view);

  const std::vector<RecordSet>& members() const { return members_; }
  int64_t num_shards() const { return members_[0].num_shards(); }

  // Those that are looked at, in order: as they were stored, or, with an
  // ensemble or other classes, as they follow from the stored logits.
  // FailedPrecondition when these are needed and are missing.
  absl::StatusOr<PredictionList> ReadShard(int64_t shard) const;

 private:
  StoredPredictions() = default;
  // What the members say together, in place of what the first one said.
  absl::Status Rescore(std::vector<PredictionList>* answers) const;

  std::vector<RecordSet> members_;
  PredictionView view_;
};

// Calls work() with the predictions of every shard, on several threads, and
// consume() with its results in the order of shards.
template <typename Result>
absl::Status ForEachShard(
    const StoredPredictions& predictions, int num_threads,
    const std::function<absl::StatusOr<Result>(PredictionList)>& work,
    const std::function<absl::Status(Result)>& consume) {
  int64_t next = 0;
  return OrderedParallel<int64_t, Result>(
      ResolveNumThreads(num_threads),
      [&]() -> absl::StatusOr<std::optional<int64_t>> {
        if (next == predictions.num_shards()) return std::optional<int64_t>();
        return std::optional<int64_t>(next++);
      },
      [&](int64_t shard) -> absl::StatusOr<Result> {
        absl::StatusOr<PredictionList> list = predictions.ReadShard(shard);
        if (!list.ok()) return list.status();
        return work(*std::move(list));
      },
      consume);
}

// `nothing_seen` with all predictions added, as one pass over the images would
// add them.
absl::StatusOr<SetEvaluation> EvaluatePredictions(
    const StoredPredictions& predictions, const SetEvaluation& nothing_seen,
    int num_threads);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_STORED_PREDICTIONS_H_
