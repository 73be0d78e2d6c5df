#include "eval/stored_predictions.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/logit_vector.h"
#include "core/metrics/prediction.h"
#include "core/record/manifest.h"
#include "core/record/record_reader.h"

namespace maskfill {
namespace {

constexpr struct {
  const char* name;
  Ensemble ensemble;
} kEnsembles[] = {{"none", Ensemble::kNone},
                  {"logits", Ensemble::kLogits},
                  {"probabilities", Ensemble::kProbabilities}};

absl::StatusOr<PredictionList> ReadAll(const RecordSet& set, int64_t shard) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RecordReader> reader,
                   set.OpenShard(shard));
  PredictionList list;
  while (true) {
    v1::PredictionRecord prediction;
    const absl::Status status = reader->Next(&prediction);
    if (absl::IsOutOfRange(status)) return list;
    RETURN_IF_ERROR(status);
    list.push_back(std::move(prediction));
  }
}

absl::Status CheckSameIds(const RecordSet& a, const PredictionList& list_a,
                          const RecordSet& b, const PredictionList& list_b) {
  const auto differs = std::mismatch(
      list_a.begin(), list_a.end(), list_b.begin(), list_b.end(),
      [](const auto& x, const auto& y) { return x.id() == y.id(); });
  if (differs.first == list_a.end() && differs.second == list_b.end()) {
    return absl::OkStatus();
  }
  const auto id = [](auto at, const PredictionList& list) {
    return at == list.end() ? "no further image"
                            : absl::StrCat("\"", at->id(), "\"");
  };
  return absl::FailedPreconditionError(
      absl::StrCat("where \"", a.dir(), "\" has ", id(differs.first, list_a),
                   " \"", b.dir(), "\" has ", id(differs.second, list_b),
                   "; an ensemble needs predictions of the same images"));
}

// Log of the sum of exp(logit) over `classes`.
double LogSum(const std::vector<float>& logits,
              absl::Span<const int64_t> classes) {
  float largest = logits[static_cast<size_t>(classes[0])];
  for (const int64_t c : classes) {
    largest = std::max(largest, logits[static_cast<size_t>(c)]);
  }
  double sum = 0;
  for (const int64_t c : classes) {
    sum += std::exp(logits[static_cast<size_t>(c)] - largest);
  }
  return largest + std::log(sum);
}

// Logits whose softmax over `allowed` is the mean of the members': the mean
// probability's log.
std::vector<float> MeanOfProbabilities(
    const std::vector<std::vector<float>>& members,
    absl::Span<const int64_t> allowed) {
  std::vector<double> log_sums;
  for (const auto& logits : members)
    log_sums.push_back(LogSum(logits, allowed));
  std::vector<float> mean(members[0].size());
  for (size_t c = 0; c < mean.size(); ++c) {
    double largest = members[0][c] - log_sums[0];
    for (size_t m = 1; m < members.size(); ++m) {
      largest = std::max(largest, members[m][c] - log_sums[m]);
    }
    double sum = 0;
    for (size_t m = 0; m < members.size(); ++m) {
      sum += std::exp(members[m][c] - log_sums[m] - largest);
    }
    mean[c] = static_cast<float>(
        largest + std::log(sum / static_cast<double>(members.size())));
  }
  return mean;
}

std::vector<float> MeanOfLogits(
    const std::vector<std::vector<float>>& members) {
  std::vector<float> mean(members[0].size());
  for (size_t c = 0; c < mean.size(); ++c) {
    double sum = 0;
    for (const auto& logits : members) sum += logits[c];
    mean[c] = static_cast<float>(sum / static_cast<double>(members.size()));
  }
  return mean;
}

}  // namespace

absl::StatusOr<Ensemble> ParseEnsemble(absl::string_view text) {
  for (const auto& [name, ensemble] : kEnsembles) {
    if (text == name) return ensemble;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\", expected logits or probabilities"));
}

std::string ToString(Ensemble ensemble) {
  return kEnsembles[static_cast<size_t>(ensemble)].name;
}

absl::StatusOr<StoredPredictions> StoredPredictions::Create(
    std::vector<RecordSet> members, PredictionView view) {
  const RecordSet& first = members[0];
  for (const RecordSet& member : members) {
    if (member.manifest().algorithm_version() < kEvalVersion) {
      return absl::FailedPreconditionError(absl::StrCat(
          "\"", member.dir(), "\" is of version ",
          member.manifest().algorithm_version(),
          " of eval, which stored neither groups nor losses; make it again "
          "with eval --predictions"));
    }
    const auto* images = FindInput(first.manifest(), "images");
    const auto* others = FindInput(member.manifest(), "images");
    if (images == nullptr || others == nullptr ||
        images->fingerprint() != others->fingerprint() ||
        member.num_shards() != first.num_shards()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "\"", first.dir(), "\" and \"", member.dir(),
          "\" are predictions for different images; an ensemble needs "
          "predictions for the same"));
    }
  }
  StoredPredictions predictions;
  predictions.members_ = std::move(members);
  predictions.view_ = std::move(view);
  return predictions;
}

absl::StatusOr<PredictionList> StoredPredictions::ReadShard(
    int64_t shard) const {
  std::vector<PredictionList> answers;
  for (const RecordSet& member : members_) {
    ASSIGN_OR_RETURN(PredictionList list, ReadAll(member, shard));
    answers.push_back(std::move(list));
    RETURN_IF_ERROR(
        CheckSameIds(members_[0], answers[0], member, answers.back()));
  }
  if (view_.ensemble != Ensemble::kNone || view_.classes.has_value()) {
    RETURN_IF_ERROR(Annotate(Rescore(&answers), members_[0].ShardPath(shard)));
  }
  PredictionList predictions = std::move(answers[0]);
  if (view_.groups.empty()) return predictions;
  std::erase_if(predictions, [this](const v1::PredictionRecord& prediction) {
    return std::find(view_.groups.begin(), view_.groups.end(),
                     prediction.group()) == view_.groups.end();
  });
  return predictions;
}

absl::StatusOr<SetEvaluation> EvaluatePredictions(
    const StoredPredictions& predictions, const SetEvaluation& nothing_seen,
    int num_threads) {
  SetEvaluation all = nothing_seen;
  RETURN_IF_ERROR(ForEachShard<SetEvaluation>(
      predictions, num_threads,
      [&](const PredictionList& list) -> absl::StatusOr<SetEvaluation> {
        SetEvaluation part = nothing_seen;
        for (const v1::PredictionRecord& prediction : list) {
          RETURN_IF_ERROR(part.Add(prediction));
        }
        return part;
      },
      [&](const SetEvaluation& part) {
        all.Merge(part);
        return absl::OkStatus();
      }));
  return all;
}

absl::Status StoredPredictions::Rescore(
    std::vector<PredictionList>* answers) const {
  PredictionList& predictions = answers->front();
  if (predictions.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const int64_t num_classes, NumClassesOf(predictions[0]));
  const auto& dataset = members_[0].manifest().dataset();
  const std::vector<int64_t> classes =
      view_.classes.value_or(std::vector<int64_t>(
          dataset.allowed_classes().begin(), dataset.allowed_classes().end()));
  ASSIGN_OR_RETURN(AccuracyMeter meter,
                   AccuracyMeter::Create(num_classes, classes));
  std::vector<std::vector<float>> logits(answers->size());
  for (size_t i = 0; i < predictions.size(); ++i) {
    v1::PredictionRecord& prediction = predictions[i];
    for (size_t m = 0; m < answers->size(); ++m) {
      RETURN_IF_ERROR(
          Annotate(FromLogitVector((*answers)[m][i].logits(),
                                   meter.num_classes(), &logits[m]),
                   absl::StrCat("image \"", prediction.id(), "\"")));
    }
    const std::vector<float> answer =
        view_.ensemble == Ensemble::kProbabilities
            ? MeanOfProbabilities(logits, meter.allowed())
            : MeanOfLogits(logits);
    ASSIGN_OR_RETURN(const ScoredImage scored,
                     meter.Add(answer, LabelsOf(prediction)));
    SetScored(scored, &prediction);
    if (answers->size() > 1) {
      *prediction.mutable_logits() = ToLogitVector(answer);
    }
  }
  return absl::OkStatus();
}

}  // namespace maskfill
