#include "eval/report/predictions.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/record/manifest_text.h"
#include "core/record/record_set.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

constexpr char kPredictionRecord[] = "maskfill.v1.PredictionRecord";

bool IsAllowed(int64_t label, const v1::DatasetInfo& dataset) {
  const auto& allowed = dataset.allowed_classes();
  return allowed.empty() ||
         std::find(allowed.begin(), allowed.end(), label) != allowed.end();
}

bool IsLabel(int64_t label, const v1::PredictionRecord& record) {
  const auto& others = record.other_labels();
  return label == record.label() ||
         std::find(others.begin(), others.end(), label) != others.end();
}

PredictedImage ToPredictedImage(const v1::PredictionRecord& record,
                                const v1::Manifest& manifest) {
  PredictedImage prediction;
  prediction.id = record.id();
  prediction.label = record.label();
  // Records of the first version say neither.
  const bool first_version = manifest.algorithm_version() <= 1;
  prediction.counted = first_version
                           ? IsAllowed(record.label(), manifest.dataset())
                           : record.counted();
  if (record.top_classes().empty()) return prediction;
  prediction.predicted = record.top_classes(0);
  prediction.right = IsLabel(prediction.predicted, record);
  if (!first_version && !record.top_logits().empty()) {
    prediction.confidence = static_cast<float>(
        std::exp(record.top_logits(0) - record.log_normalizer()));
  }
  return prediction;
}

absl::StatusOr<PredictionSet> ReadSet(const std::string& dir) {
  ASSIGN_OR_RETURN(const RecordSet records,
                   RecordSet::Open(dir, kPredictionRecord));
  PredictionSet set;
  set.dir = dir;
  set.manifest = records.manifest();
  for (int64_t shard = 0; shard < records.num_shards(); ++shard) {
    ASSIGN_OR_RETURN(const std::unique_ptr<RecordReader> reader,
                     records.OpenShard(shard));
    while (true) {
      v1::PredictionRecord record;
      const absl::Status status = reader->Next(&record);
      if (absl::IsOutOfRange(status)) break;
      RETURN_IF_ERROR(status);
      set.images.push_back(ToPredictedImage(record, set.manifest));
    }
  }
  return set;
}

bool HasInput(const v1::Manifest& manifest, absl::string_view role,
              const std::string& fingerprint) {
  const v1::InputReference* input = FindInput(manifest, role);
  return input != nullptr && input->fingerprint() == fingerprint;
}

}  // namespace

std::vector<uint8_t> PredictionSet::Right() const {
  std::vector<uint8_t> right;
  for (const PredictedImage& image : images) {
    if (image.counted) right.push_back(image.right);
  }
  return right;
}

std::string PredictionSet::ClassName(int64_t label) const {
  const std::string name = ClassNameOf(manifest.dataset(), label);
  return name.empty() ? absl::StrCat("class ", label) : name;
}

absl::StatusOr<Predictions> Predictions::Read(
    const std::vector<std::string>& dirs) {
  Predictions predictions;
  for (const std::string& dir : dirs) {
    std::vector<std::string> sets = {dir};
    if (absl::IsNotFound(FindManifest(dir).status())) {
      ASSIGN_OR_RETURN(const std::vector<std::string> names,
                       ListDirectory(dir));
      sets.clear();
      for (const std::string& name : names) {
        const std::string path = JoinPath(dir, name);
        if (FindManifest(path).ok()) sets.push_back(path);
      }
    }
    if (sets.empty()) {
      return absl::NotFoundError(
          absl::StrCat("\"", dir,
                       "\" holds no finished set of predictions, expected what "
                       "eval --predictions wrote"));
    }
    for (const std::string& path : sets) {
      ASSIGN_OR_RETURN(PredictionSet set, ReadSet(path));
      predictions.sets_.push_back(std::move(set));
    }
  }
  return predictions;
}

absl::StatusOr<const PredictionSet*> Predictions::Find(
    const v1::EvalReport& report, const v1::SetReport& set) const {
  for (const PredictionSet& found : sets_) {
    if (!HasInput(found.manifest, "checkpoint",
                  report.checkpoint_fingerprint()) ||
        // Of a point between two checkpoints.
        FindInput(found.manifest, "base_checkpoint") != nullptr ||
        !HasInput(found.manifest, "images", set.fingerprint()) ||
        OptionOf(found.manifest, "precision") != report.precision()) {
      continue;
    }
    const std::vector<uint8_t> right = found.Right();
    const int64_t hits = std::count(right.begin(), right.end(), 1);
    const double top1 = right.empty() ? 0
                                      : 100.0 * static_cast<double>(hits) /
                                            static_cast<double>(right.size());
    if (std::abs(top1 - set.top1()) > 1e-6) {
      return absl::FailedPreconditionError(absl::StrCat(
          "\"", found.dir, "\": these predictions are right about ", top1,
          " % of the images, the report of \"", report.checkpoint(), "\" says ",
          set.top1(), " % for set \"", set.name(),
          "\"; make the predictions again with this release's eval"));
    }
    return &found;
  }
  return nullptr;
}

}  // namespace maskfill
