#include "core/data/feature_reader.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "c10/util/Half.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

// Values are read as they lie in memory.
static_assert(std::endian::native == std::endian::little);

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
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", features.dir(), "\" holds features of the checkpoint ",
      absl::StrJoin(found, " and "), ", but the checkpoint at hand is ",
      fingerprint, "; make them again with feature_tool"));
}

template <typename Value>
absl::StatusOr<std::vector<float>> Values(const v1::FeatureVector& stored) {
  if (stored.dim() <= 0 ||
      stored.values().size() != sizeof(Value) * stored.dim()) {
    return absl::DataLossError(absl::StrCat("has ", stored.values().size(),
                                            " bytes, expected ", stored.dim(),
                                            " values of ", sizeof(Value)));
  }
  std::vector<float> values;
  values.reserve(static_cast<size_t>(stored.dim()));
  for (int i = 0; i < stored.dim(); ++i) {
    Value value;
    std::memcpy(&value, stored.values().data() + sizeof(Value) * i,
                sizeof(Value));
    values.push_back(static_cast<float>(value));
    if (!std::isfinite(values.back())) {
      return absl::DataLossError(
          absl::StrCat("has ", values.back(), " as value ", i));
    }
  }
  return values;
}

absl::StatusOr<std::vector<float>> ValuesOf(const v1::FeatureRecord& record,
                                            int vector) {
  if (vector >= record.features_size()) {
    return absl::DataLossError(
        absl::StrCat("has the features of ", record.features_size(),
                     " checkpoints, expected ", vector + 1, " or more"));
  }
  const v1::FeatureVector& stored = record.features(vector);
  if (record.dtype() == "float32") return Values<float>(stored);
  if (record.dtype() == "float16") return Values<c10::Half>(stored);
  return absl::DataLossError(absl::StrCat("has the dtype \"", record.dtype(),
                                          "\", expected float32 or float16"));
}

}  // namespace

std::string CheckpointRole(int64_t n) { return absl::StrCat("checkpoint_", n); }

absl::StatusOr<std::unique_ptr<FeatureReader>> FeatureReader::Open(
    const std::string& dir, const RecordSet& source,
    absl::string_view checkpoint_fingerprint) {
  ASSIGN_OR_RETURN(const RecordSet features,
                   RecordSet::Open(dir, "maskfill.v1.FeatureRecord"));
  const bool images =
      source.manifest().record_type() == "maskfill.v1.ImageRecord";
  RETURN_IF_ERROR(CheckSameImages(source.manifest(), features.manifest(),
                                  source.dir(), features.dir(),
                                  images ? "images" : "counterfactuals"));
  std::unique_ptr<FeatureReader> reader(new FeatureReader());
  ASSIGN_OR_RETURN(reader->vector_,
                   FindVector(features, checkpoint_fingerprint));
  if (features.num_records() != source.num_records()) {
    return absl::DataLossError(absl::StrCat(
        "\"", dir, "\" holds ", features.num_records(), " records, but \"",
        source.dir(), "\" ", source.num_records(),
        "; make it again with feature_tool"));
  }
  reader->dir_ = dir;
  ASSIGN_OR_RETURN(reader->records_, IndexedRecords::Open(features));
  return reader;
}

absl::StatusOr<std::vector<float>> FeatureReader::Read(int64_t position,
                                                       absl::string_view id,
                                                       int64_t variant) const {
  v1::FeatureRecord record;
  RETURN_IF_ERROR(records_->Read(position, &record));
  if (record.id() != id || record.variant() != variant) {
    return absl::DataLossError(absl::StrCat(
        "\"", dir_, "\" holds the features of variant ", record.variant(),
        " of image \"", record.id(), "\" where variant ", variant, " of \"", id,
        "\" belongs; make it again with feature_tool"));
  }
  return Annotate(
      ValuesOf(record, vector_),
      absl::StrCat("\"", dir_, "\": features of image \"", id, "\""));
}

}  // namespace maskfill
