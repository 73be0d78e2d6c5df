#include "core/data/feature_reader.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"
#include "core/record/feature_values.h"
#include "core/record/manifest.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

// Which vector of each record is the checkpoint's.
absl::StatusOr<int> FindVector(const RecordSet& features,
                               absl::string_view fingerprint) {
  std::vector<std::string> found;
  for (int n = 0;; ++n) {
    const v1::InputReference* const input =
        FindInput(features.manifest(), CheckpointRole(n));
    if (input == nullptr) break;
    if (input->fingerprint() == fingerprint) return n;
    found.push_back(
        absl::StrCat(input->fingerprint(), " (\"", input->path(), "\")"));
  }
  if (fingerprint.empty() && found.size() == 1) return 0;
  if (fingerprint.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", features.dir(), "\" holds features of ", found.size(),
        " checkpoints, ", absl::StrJoin(found, " and "),
        "; say which one is meant"));
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", features.dir(), "\" holds features of the checkpoint ",
      absl::StrJoin(found, " and "), ", but the checkpoint at hand is ",
      fingerprint, "; make them again with feature_tool"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<FeatureReader>> FeatureReader::Open(
    const std::string& dir, const RecordSet& source,
    absl::string_view checkpoint_fingerprint) {
  ASSIGN_OR_RETURN(RecordSet features,
                   RecordSet::Open(dir, "maskfill.v1.FeatureRecord"));
  const bool images =
      source.manifest().record_type() == "maskfill.v1.ImageRecord";
  RETURN_IF_ERROR(CheckSameImages(source.manifest(), features.manifest(),
                                  source.dir(), features.dir(),
                                  images ? "images" : "counterfactuals"));
  ASSIGN_OR_RETURN(const int vector,
                   FindVector(features, checkpoint_fingerprint));
  if (features.num_records() != source.num_records()) {
    return absl::DataLossError(absl::StrCat(
        "\"", dir, "\" holds ", features.num_records(), " records, but \"",
        source.dir(), "\" ", source.num_records(),
        "; make it again with feature_tool"));
  }
  std::unique_ptr<FeatureReader> reader(new FeatureReader(std::move(features)));
  reader->vector_ = vector;
  ASSIGN_OR_RETURN(reader->records_, IndexedRecords::Open(reader->set_));
  if (reader->size() == 0) return reader;
  v1::FeatureRecord first;
  RETURN_IF_ERROR(reader->records_->Read(0, &first));
  ASSIGN_OR_RETURN(const std::vector<float> values,
                   reader->Read(0, first.id(), first.variant()));
  reader->num_features_ = static_cast<int64_t>(values.size());
  return reader;
}

const v1::InputReference& FeatureReader::checkpoint() const {
  return *FindInput(set_.manifest(), CheckpointRole(vector_));
}

absl::StatusOr<std::vector<float>> FeatureReader::Read(int64_t position,
                                                       absl::string_view id,
                                                       int64_t variant) const {
  v1::FeatureRecord record;
  RETURN_IF_ERROR(records_->Read(position, &record));
  if (record.id() != id || record.variant() != variant) {
    return absl::DataLossError(absl::StrCat(
        "\"", set_.dir(), "\" holds the features of variant ", record.variant(),
        " of image \"", record.id(), "\" where variant ", variant, " of \"", id,
        "\" belongs; make it again with feature_tool"));
  }
  return Annotate(
      FeatureValues(record, vector_),
      absl::StrCat("\"", set_.dir(), "\": features of image \"", id, "\""));
}

}  // namespace maskfill
