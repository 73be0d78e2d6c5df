// Features that feature_tool has made, for who takes them in a model's place.
#ifndef MASKFILL_CORE_DATA_FEATURE_READER_H_
#define MASKFILL_CORE_DATA_FEATURE_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/record/indexed_records.h"
#include "core/record/record_set.h"

namespace maskfill {

// The role in a manifest of the n-th checkpoint, whose features are the n-th of
// each record.
std::string CheckpointRole(int64_t n);

// One checkpoint's features of every record of one set, float32 whatever is
// stored.
//
//   ASSIGN_OR_RETURN(auto features,
//                    FeatureReader::Open(dir, counterfactuals, fingerprint));
//   ASSIGN_OR_RETURN(std::vector<float> f, features->Read(position, id, 0));
//
// Thread-safe.
class FeatureReader {
 public:
  // The features in `dir` of exactly the records of `source` (images or
  // counterfactuals), made by the checkpoint of this fingerprint.
  // FailedPrecondition that names both when they are of another source or
  // checkpoint or `dir` holds something else; errors of RecordSet::Open.
  static absl::StatusOr<std::unique_ptr<FeatureReader>> Open(
      const std::string& dir, const RecordSet& source,
      absl::string_view checkpoint_fingerprint);

  int64_t size() const { return records_->size(); }

  // [E]: of the record of `source` at `position`, which is `variant` (0 for an
  // image) of `id`. DataLoss when the record is of another one, its length is
  // not that of its dimension and dtype, or a value is not finite.
  absl::StatusOr<std::vector<float>> Read(int64_t position,
                                          absl::string_view id,
                                          int64_t variant) const;

 private:
  FeatureReader() = default;

  std::string dir_;
  std::unique_ptr<IndexedRecords> records_;
  int vector_ = 0;  // in each record
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_DATA_FEATURE_READER_H_
