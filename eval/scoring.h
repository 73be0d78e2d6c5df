// What models say of image sets: numbers, and predictions on disk.
#ifndef MASKFILL_EVAL_SCORING_H_
#define MASKFILL_EVAL_SCORING_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/base/progress.h"
#include "core/metrics/score_set.h"
#include "core/model/image_classifier.h"
#include "eval/eval_options.h"
#include "eval/model_source.h"
#include "eval/named_sets.h"
#include "eval/set_evaluation.h"

namespace maskfill {

// One model's numbers, set by set.
using SetReports = std::vector<v1::SetReport>;

// Several models on several sets. Each image is decoded once, and goes through
// one model after another; they are loaded when the first image is to be
// scored, which none is where all predictions are stored already.
class Scoring {
 public:
  // All of them outlive it. The models fit the sets and take images of one
  // size.
  Scoring(const EvalOptions& options, absl::Span<const NamedSet> sets,
          absl::Span<const ModelSource> models);

  // For each model. With `details` as of SetEvaluation::FillReport.
  absl::StatusOr<std::vector<SetReports>> Evaluate(bool details);

  // Makes the predictions that are missing; true when none were.
  absl::StatusOr<bool> MakePredictions();

 private:
  absl::Status Load();
  // Of each model.
  absl::StatusOr<std::vector<SetEvaluation>> EvaluateSet(
      const NamedSet& set, const SetEvaluation& nothing_seen);
  absl::StatusOr<std::vector<SetEvaluation>> Predict(
      const NamedSet& set, const SetEvaluation& nothing_seen);
  // Where the predictions of one model for one set go.
  std::string PredictionsDir(const ModelSource& model,
                             const NamedSet& set) const;
  absl::StatusOr<bool> MakePredictionsOf(const NamedSet& set);
  ScoreOptions score_options() const;

  const EvalOptions& options_;
  const absl::Span<const NamedSet> sets_;
  const absl::Span<const ModelSource> models_;
  const int num_threads_;
  std::unique_ptr<Progress> progress_;  // of all sets
  std::vector<ImageClassifier> classifiers_;
};

}  // namespace maskfill

#endif  // MASKFILL_EVAL_SCORING_H_
